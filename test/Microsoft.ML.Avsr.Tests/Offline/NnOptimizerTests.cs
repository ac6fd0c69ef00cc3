using System.Text.Json;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static Microsoft.ML.Avsr.Tests.Offline.NnNumerics;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>Optimisers and schedules follow PyTorch's trajectories.</summary>
[TestClass]
public sealed class NnOptimizerTests
{
    [TestMethod]
    public void TrajectoriesAgree()
    {
        AssertTrajectory("adamw", p => optim.AdamW(p, 0.05, 0.8, 0.95, 1e-6, 0.1));
        AssertTrajectory("adamw_amsgrad", p => optim.AdamW(p, 0.05, amsgrad: true));
        AssertTrajectory("adamw_maximize", p => optim.AdamW(p, 0.01, maximize: true));
        AssertTrajectory("adam", p => optim.Adam(p, 0.05));
        AssertTrajectory("adam_decay", p => optim.Adam(p, 0.05, weight_decay: 0.2));
        AssertTrajectory("sgd", p => optim.SGD(p, 0.02));
        AssertTrajectory("sgd_momentum", p => optim.SGD(p, 0.02, 0.9, 0.1, 0.05));
        AssertTrajectory("sgd_nesterov", p => optim.SGD(p, 0.02, 0.9, nesterov: true));
    }

    private static void AssertTrajectory(string name, Func<Parameter[], optim.Optimizer> make)
    {
        var a = new Parameter(Wave([3, 4]));
        var b = new Parameter(Wave([5], 1.0));
        using var optimizer = make([a, b]);
        for (var step = 0; step < 7; step++)
        {
            optimizer.zero_grad();
            var loss = (a - Wave([3, 4], 3.0 + step)).pow(2).sum();
            if (step is not (0 or 1))
            {
                loss = loss + ((b * b) - 0.3).pow(2).sum();
            }

            loss.backward();
            optimizer.step();
        }

        AssertCase(name, a, b);
    }

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.Float64)]
    public void TheFirstStepOfALargeTensorIsTheSignOfItsGradient(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var start = Wave([401, 503]).to(dtype);
        var gradient = Wave([401, 503], 0.25).to(dtype);
        var parameter = new Parameter(start.clone());
        parameter.grad = gradient.clone();
        using var optimizer = optim.AdamW([parameter], 0.1, weight_decay: 0.5);
        optimizer.step();
        var expected = start * 0.95 - gradient / (gradient.abs() + 1e-8) * 0.1;
        Assert.IsLessThan(1e-5, (parameter - expected).abs().max().ToDouble());
        Assert.IsTrue(gradient.Equals(parameter.grad!));
    }

    [TestMethod]
    public void ABackwardPassRefusesAParameterThatHasSteppedMeanwhile()
    {
        var parameter = new Parameter(Wave([4, 3]));
        using var optimizer = optim.AdamW([parameter], 0.1);
        var loss = (parameter * parameter).sum();
        loss.backward(retain_graph: true);
        optimizer.step();
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => loss.backward());
    }

    [TestMethod]
    [DataRow("adamw_plain")]
    [DataRow("adamw_avsr_like")]
    [DataRow("adamw_groups_clip")]
    public void GoldenTrajectoriesAgree(string name)
    {
        var folder = SharedData.Require($"golden/components/08_numerics/{name}");
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json"))).RootElement;
        var config = json.GetProperty("config");
        var golden = NnGoldenTensors.Read(Path.Combine(folder, "expected.safetensors"));
        string[] names = ["fc1.weight", "fc1.bias", "norm.weight", "norm.bias", "fc2.weight", "fc2.bias"];
        var prefix = golden.Keys.Single(key => key.EndsWith("fc1.weight") && key.StartsWith("init"))[..^"fc1.weight".Length];
        var p = names.Select(key => new Parameter(golden[prefix + key].clone())).ToArray();
        var options = config.GetProperty("optimizer");
        var (lr, decay, eps) = (options.GetProperty("lr").GetDouble(), options.GetProperty("weight_decay").GetDouble(), options.GetProperty("eps").GetDouble());
        var (beta1, beta2) = (options.GetProperty("betas")[0].GetDouble(), options.GetProperty("betas")[1].GetDouble());
        using var optimizer = config.GetProperty("param_groups").GetString() == "one"
            ? optim.AdamW(p, lr, beta1, beta2, eps, decay)
            : optim.AdamW(
                [
                    new AdamW.ParamGroup([p[0], p[4]], lr, beta1, beta2, eps, decay),
                    new AdamW.ParamGroup([p[1], p[2], p[3], p[5]], lr / 2, beta1, beta2, eps, 0),
                ]);
        var losses = json.GetProperty("losses");
        for (var step = 0; step < losses.GetArrayLength(); step++)
        {
            foreach (var (group, rate) in optimizer.ParamGroups.Zip(json.GetProperty("lrs_per_group")[step].EnumerateArray()))
            {
                group.LearningRate = rate.GetDouble();
            }

            optimizer.zero_grad();
            var hidden = functional.layer_norm(functional.linear(golden["x"][step], p[0], p[1]), [10], p[2], p[3]);
            hidden = config.GetProperty("activation").GetString() switch
            {
                "relu" => functional.relu(hidden),
                "gelu" => functional.gelu(hidden),
                _ => functional.silu(hidden),
            };
            var logits = functional.linear(hidden, p[4], p[5]);
            var loss = functional.cross_entropy(logits, golden["y"][step], label_smoothing: config.GetProperty("label_smoothing").GetDouble());
            Assert.AreEqual(losses[step].GetDouble(), loss.ToSingle(), 2e-5, $"loss at step {step}");
            loss.backward();
            var clip = config.GetProperty("clip_grad_norm");
            var norm = utils.clip_grad_norm_(p, clip.ValueKind == JsonValueKind.Null ? double.MaxValue : clip.GetDouble());
            Assert.AreEqual(json.GetProperty("grad_norms_before_clip")[step].GetDouble(), norm, 2e-5, $"norm at step {step}");
            optimizer.step();
        }
    }

    [TestMethod]
    public void GoldenCrossEntropyAgrees()
    {
        var folder = SharedData.Require("golden/components/08_numerics/cross_entropy");
        var golden = NnGoldenTensors.Read(Path.Combine(folder, "expected.safetensors"));
        foreach (var smoothing in new[] { "0.0", "0.1", "0.3" })
        {
            foreach (var (reduction, word) in new[] { (Reduction.Mean, "mean"), (Reduction.Sum, "sum") })
            {
                var logits = golden["logits"].clone().requires_grad_();
                var loss = functional.cross_entropy(logits, golden["labels"], reduction: reduction, label_smoothing: double.Parse(smoothing));
                loss.backward();
                Assert.IsTrue(loss.reshape(1).allclose(golden[$"loss_ls{smoothing}_{word}"], 1e-5, 1e-5), $"{smoothing} {word}");
                Assert.IsTrue(logits.grad!.allclose(golden[$"grad_ls{smoothing}_{word}"], 1e-5, 1e-5), $"gradient {smoothing} {word}");
            }
        }
    }

    [TestMethod]
    public void GoldenClippingAgrees()
    {
        var folder = SharedData.Require("golden/components/08_numerics/clip_grad_norm");
        var golden = NnGoldenTensors.Read(Path.Combine(folder, "expected.safetensors"));
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json"))).RootElement;
        foreach (var item in json.GetProperty("items").EnumerateArray())
        {
            var kind = item.GetProperty("norm_type");
            if (kind.ValueKind == JsonValueKind.String)
            {
                continue;
            }

            var p = Enumerable.Range(0, 4).Select(i => new Parameter(zeros(golden[$"grad_{i}"].shape))).Append(new Parameter(zeros(2))).ToArray();
            for (var i = 0; i < 4; i++)
            {
                p[i].grad = golden[$"grad_{i}"].clone();
            }

            var norm = utils.clip_grad_norm_(p, item.GetProperty("max_norm").GetDouble(), kind.GetDouble());
            Assert.AreEqual(item.GetProperty("returned_norm").GetDouble(), norm, 1e-4);
            for (var i = 0; i < 4; i++)
            {
                Assert.IsTrue(p[i].grad!.allclose(golden[item.GetProperty("clipped")[i].GetString()!], 1e-5, 1e-6));
            }
        }
    }

    [TestMethod]
    public void ASavedStateContinuesTheSameWay()
    {
        var straight = new Parameter(Wave([4, 3]));
        var stopped = new Parameter(Wave([4, 3]));
        using var first = optim.AdamW([straight], 0.01, weight_decay: 0.1);
        Descend(first, straight, 6);
        using var stream = new MemoryStream();
        using (var before = optim.AdamW([stopped], 0.01, weight_decay: 0.1))
        {
            Descend(before, stopped, 3);
            using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            before.save_state_dict(writer);
        }

        stream.Position = 0;
        using var after = optim.AdamW([stopped], 0.5);
        using (var reader = new BinaryReader(stream))
        {
            after.load_state_dict(reader);
        }

        Assert.AreEqual(0.01, after.ParamGroups.Single().LearningRate);
        Descend(after, stopped, 3);
        Assert.IsTrue(straight.allclose(stopped, 0, 1e-7));
    }

    [TestMethod]
    public void SchedulesFollowTheirFormulas()
    {
        AssertRates(o => optim.lr_scheduler.LambdaLR(o, epoch => 1.0 / (1 + epoch)), 1, 1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 5);
        AssertRates(o => optim.lr_scheduler.StepLR(o, 2, 0.1), 1, 1, 0.1, 0.1, 0.01);
        AssertRates(o => optim.lr_scheduler.MultiStepLR(o, [1, 3], 0.1), 1, 0.1, 0.1, 0.01, 0.01);
        AssertRates(o => optim.lr_scheduler.ExponentialLR(o, 0.5), 1, 0.5, 0.25, 0.125, 0.0625);
        AssertRates(o => optim.lr_scheduler.CosineAnnealingLR(o, 4), 1, 0.8535534, 0.5, 0.1464466, 0);
    }

    private static void AssertRates(Func<optim.Optimizer, optim.lr_scheduler.LRScheduler> make, params double[] expected)
    {
        using var optimizer = optim.SGD([new Parameter(zeros(1))], 1.0);
        var schedule = make(optimizer);
        foreach (var rate in expected)
        {
            Assert.AreEqual(rate, optimizer.ParamGroups.Single().LearningRate, 1e-6);
            schedule.step();
        }
    }

    private static void Descend(optim.Optimizer optimizer, Parameter parameter, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            optimizer.zero_grad();
            (parameter * parameter).sum().backward();
            optimizer.step();
        }
    }
}
