using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class RoutingTests
{
    /// <summary>The worked example of the specification, 5.2.</summary>
    [TestMethod]
    public void WorkedExampleGivesItsChoicesWeightsAndLosses()
    {
        using var scope = NewDisposeScope();
        var router = new Router(4, 4, 2);
        var logits = tensor(new float[] { 2, 1, 0, -1, 0, 3, 1, 0, 1, 1.5f, -2, 0.5f }, [3, 4]);
        var decision = router.Decide(logits);
        CollectionAssert.AreEqual(new long[] { 0, 1, 1, 2, 1, 0 }, decision.Choices.data<long>().ToArray());
        var weights = tensor(new[] { 0.731059f, 0.268941f, 0.880797f, 0.119203f, 0.622459f, 0.377541f }, [3, 2]);
        Golden.AreClose(weights, decision.Weights, 1e-6);
        Assert.AreEqual(3.031968, decision.LoadBalanceLoss().item<float>(), 2e-6);
        Assert.AreEqual(7.028342, decision.RouterZLoss().item<float>(), 2e-6);
    }

    [TestMethod]
    public void WeightsStayProbabilitiesWithoutRenormalisation()
    {
        using var scope = NewDisposeScope();
        var router = new Router(4, 4, 2, renormalize: false);
        var logits = tensor(new float[] { 2, 1, 0, -1 }, [1, 4]);
        var decision = router.Decide(logits);
        Golden.AreClose(tensor(new[] { 0.643914f, 0.236883f }, [1, 2]), decision.Weights, 1e-6);
    }

    [TestMethod]
    public void NoTokensCostNothing()
    {
        using var scope = NewDisposeScope();
        var projector = new SparseMixtureProjector(6, new ProjectorConfig { OutputWidth = 5, Hidden = 7 });
        var (output, decision) = projector.call(zeros(0, 6));
        CollectionAssert.AreEqual(new long[] { 0, 5 }, output.shape);
        Assert.AreEqual(0f, decision.LoadBalanceLoss().item<float>());
        Assert.AreEqual(0f, decision.RouterZLoss().item<float>());
    }

    [TestMethod]
    [DataRow("06_smop_JEJR", ProjectorRouting.Jejr)]
    [DataRow("06_smop_DEDR", ProjectorRouting.Dedr)]
    [DataRow("06_smop_JEDR", ProjectorRouting.Jedr)]
    public void MixtureEqualsTheReferenceWithItsGradients(string name, ProjectorRouting routing)
    {
        using var scope = NewDisposeScope();
        var io = Golden.Tensors($"avsr/{name}/io.safetensors");
        var config = new ProjectorConfig { Routing = routing, AudioWidth = 24, VideoWidth = 24, OutputWidth = 20, Hidden = 40 };
        var projector = new MultimodalProjector(config) { CollectStatistics = true };
        string Source(string key) => "weight." + (routing == ProjectorRouting.Dedr
            ? key.Replace("_proj.", ".", StringComparison.Ordinal)
            : key.Replace("audiovisual_proj.", "", StringComparison.Ordinal).Replace("gate_audio.weight", "gate_audio", StringComparison.Ordinal).Replace("gate_video.weight", "gate_video", StringComparison.Ordinal));
        Golden.Fill(projector, io, Source);
        var audio = io["audio"].requires_grad_();
        var video = io["video"].requires_grad_();
        var tokens = projector.call(new EncodedSequence(audio, null), new EncodedSequence(video, null));
        var output = cat([tokens.Audio!, tokens.Video!], 1);
        Golden.AreClose(io["output"], output, 2e-5, what: "output");
        var balance = routing == ProjectorRouting.Jejr ? io["load_balancing_loss"] : io["audio.load_balancing_loss"].add(io["video.load_balancing_loss"]);
        var z = routing == ProjectorRouting.Jejr ? io["router_z_loss"] : io["audio.router_z_loss"].add(io["video.router_z_loss"]);
        Golden.AreClose(balance, tokens.LoadBalanceLoss!, 2e-5, what: "load balance");
        Golden.AreClose(z, tokens.RouterZLoss!, 2e-5, what: "z");
        var loss = output.mul(io["cotangent"]).sum().add(tokens.LoadBalanceLoss!.mul(0.01)).add(tokens.RouterZLoss!.mul(0.001));
        loss.backward();
        Golden.AreClose(io["grad.audio"], audio.grad!, 1e-4, what: "grad.audio");
        Golden.AreClose(io["grad.video"], video.grad!, 1e-4, what: "grad.video");
        foreach (var (key, parameter) in projector.named_parameters())
            Golden.AreClose(io["grad." + Source(key)["weight.".Length..]], parameter.grad!, 1e-4, what: key);
        foreach (var statistics in tokens.Statistics)
        {
            Assert.IsTrue(statistics.Shares.All(row => Math.Abs(row.Sum() - 1) < 1e-9));
            Assert.IsTrue(statistics.Entropy > 0 && statistics.Entropy <= Math.Log(4) + 1e-9);
        }
        Assert.AreEqual(2, tokens.Statistics.Count);
    }

    [TestMethod]
    [DataRow("06_smop_single_modality_K1", 1)]
    [DataRow("06_smop_single_modality_Kall", 4)]
    public void AnyNumberOfChoicesEqualsTheReference(string name, int topK)
    {
        using var scope = NewDisposeScope();
        var weights = Golden.Tensors("avsr/06_smop_JEJR/io.safetensors");
        var io = Golden.Tensors($"avsr/{name}/io.safetensors");
        var projector = new SparseMixtureProjector(24, new ProjectorConfig { OutputWidth = 20, Hidden = 40, TopK = topK });
        Golden.Fill(projector, weights, key => "weight." + key);
        var (output, decision) = projector.call(weights["audio"].reshape(-1, 24));
        Golden.AreClose(io["output"].reshape(-1, 20), output, 2e-5, what: "output");
        Golden.AreClose(io["router_logits"], decision.Logits, 2e-5, what: "logits");
        Golden.AreClose(io["weights"], decision.Weights, 2e-5, what: "weights");
        CollectionAssert.AreEqual(io["selected_experts"].data<long>().ToArray(), decision.Choices.contiguous().data<long>().ToArray());
        var loss = output.mul(io["cotangent"].reshape(-1, 20)).sum()
            .add(decision.LoadBalanceLoss().mul(0.01)).add(decision.RouterZLoss().mul(0.001));
        loss.backward();
        foreach (var (key, parameter) in projector.named_parameters())
            Golden.AreClose(io["grad." + key], parameter.grad!, 1e-4, what: key);
    }

    /// <summary>Of the released mixture's 25 million parameters one token touches 12 603 392 (specification 5.4): the gate and two experts.</summary>
    [TestMethod]
    public void OneTokenTouchesThePublishedNumberOfParameters()
    {
        using var scope = NewDisposeScope();
        var config = ModelPreset.ReleasedSmop.Build().Projector;
        var mixture = new SparseMixtureProjector(config.AudioWidth!.Value, config);
        Assert.AreEqual(4_096L + (4 * 6_299_648L), Golden.ParameterCount(mixture));
        mixture.eval(); // training also runs experts without tokens, on nothing
        mixture.call(randn(1, config.AudioWidth.Value)).Output.square().sum().backward();
        var touched = mixture.parameters().Where(parameter => parameter.grad is not null).Sum(parameter => parameter.numel());
        Assert.AreEqual(12_603_392L, touched);
    }

    [TestMethod]
    public void CuMosMixtureIsASettingOfTheSameModule()
    {
        using var scope = NewDisposeScope();
        var io = Golden.Tensors("avsr/06_cumo_mlpmoe/io.safetensors");
        var projector = new SparseMixtureProjector(
            24, new ProjectorConfig { OutputWidth = 20, Hidden = 20, LayerNorm = false, Activation = ExpertActivation.Gelu });
        Golden.Fill(projector, io, key => "weight." + key);
        var input = io["input"].requires_grad_();
        var (output, decision) = projector.call(input.reshape(-1, 24));
        Golden.AreClose(io["output"].reshape(-1, 20), output, 2e-5, what: "output");
        Golden.AreClose(io["balance_loss"], decision.FirstChoiceBalanceLoss(2), 2e-5, what: "balance");
        Golden.AreClose(io["router_z_loss"], decision.RouterZLoss(), 2e-5, what: "z");
        var loss = output.mul(io["cotangent"].reshape(-1, 20)).sum()
            .add(decision.FirstChoiceBalanceLoss(2).mul(0.1)).add(decision.RouterZLoss().mul(0.01));
        loss.backward();
        Golden.AreClose(io["grad.input"], input.grad!, 1e-4, what: "input");
        foreach (var (key, parameter) in projector.named_parameters())
            Golden.AreClose(io["grad." + key], parameter.grad!, 1e-4, what: key);
    }

    /// <summary>Gradients of router and experts against central differences, in double precision.</summary>
    [TestMethod]
    public void GradientsEqualFiniteDifferences()
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        var config = new ProjectorConfig { OutputWidth = 4, Hidden = 5, Experts = 3, TopK = 2 };
        var projector = new SparseMixtureProjector(6, config, new ModuleConstruction { DType = ScalarType.Float64 });
        var tokens = randn(7, 6, dtype: ScalarType.Float64);
        var cotangent = randn(7, 4, dtype: ScalarType.Float64);
        Tensor Loss()
        {
            var (output, decision) = projector.call(tokens);
            return output.mul(cotangent).sum().add(decision.LoadBalanceLoss().mul(0.3)).add(decision.RouterZLoss().mul(0.2));
        }
        Loss().backward();
        foreach (var (name, parameter) in projector.named_parameters())
        {
            var analytic = parameter.grad!.reshape(-1).data<double>().ToArray();
            var flat = parameter.detach().view(-1);
            for (var i = 0; i < Math.Min(analytic.Length, 8); i++)
            {
                var original = flat[i].item<double>();
                const double step = 1e-6;
                flat[i] = tensor(original + step, dtype: ScalarType.Float64);
                var up = Loss().item<double>();
                flat[i] = tensor(original - step, dtype: ScalarType.Float64);
                var down = Loss().item<double>();
                flat[i] = tensor(original, dtype: ScalarType.Float64);
                Assert.AreEqual((up - down) / (2 * step), analytic[i], 1e-6, $"{name}[{i}]");
            }
        }
    }
}
