using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class LoraTests
{
    [TestMethod]
    [DataRow("qv_r8")]
    [DataRow("qkvo_r64")]
    [DataRow("qwen2_qv_r4")]
    public void PeftAdaptersEqualTheReferenceWithTheirGradients(string name)
    {
        using var scope = NewDisposeScope();
        var root = "components/05_lora/" + name;
        using var folder = HuggingFaceFolder.Open(Golden.Find(root + "/base"));
        using var adapter = PeftAdapter.Open(Golden.Find(root + "/adapter"));
        var model = LlamaFactory.FromHuggingFace(folder, lora: LoraAdapter.ConfigOf(adapter));
        var expected = Golden.Tensors(root + "/expected.safetensors");
        var ids = expected["input_ids"];
        using (no_grad())
            Golden.AreClose(expected["logits_base"], model.call(ids), 2e-4, 2e-4, "a new adapter changes nothing");
        LoraAdapter.Load(model, adapter);
        var logits = model.call(ids);
        Golden.AreClose(expected["logits_adapter"], logits, 2e-4, 2e-4, "adapter");
        var loss = nn.functional.cross_entropy(
            logits.narrow(1, 0, ids.shape[1] - 1).reshape(-1, logits.shape[2]), expected["labels"].narrow(1, 1, ids.shape[1] - 1).reshape(-1));
        Assert.AreEqual(expected["loss"].item<float>(), loss.item<float>(), 1e-5);
        loss.backward();
        CheckGradients(model, expected, name);

        using var guard = no_grad();
        model.MergeAdapters();
        Golden.AreClose(expected["logits_merged"], model.call(ids), 2e-4, 2e-4, "merged");
        foreach (var (key, value) in expected.Where(pair => pair.Key.StartsWith("merged/", StringComparison.Ordinal)))
            Golden.AreClose(value, model.get_parameter(key["merged/".Length..])!, 1e-5, 1e-4, key);
        Assert.ThrowsExactly<InvalidOperationException>(() => LoraAdapter.Load(model, adapter));
        model.UnmergeAdapters();
        Golden.AreClose(expected["logits_adapter"], model.call(ids), 2e-4, 2e-4, "unmerged");
    }

    /// <summary>
    /// The gradients' norm, and the logits after one AdamW step with them. (The case's own gradient tensors are not used: their norm
    /// is 1, not the stated one, so they belong to a later step that was clipped.)
    /// </summary>
    private static void CheckGradients(LlamaForCausalLM model, Dictionary<string, Tensor> expected, string name)
    {
        using var description = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Golden.Find($"components/05_lora/{name}/case.json")));
        using var guard = no_grad();
        var squares = 0.0;
        var before = new List<(Tensor Parameter, Tensor Value)>();
        foreach (var (key, parameter) in model.named_parameters())
        {
            if (LoraAdapter.PeftName(key) is null)
                continue;
            var gradient = parameter.grad!;
            squares += gradient.square().sum().item<float>();
            before.Add((parameter, parameter.detach().clone()));
            // The first step of AdamW: weight decay 0.1 and the sign of the gradient, at rate 0.001.
            parameter.copy_(parameter.mul(1 - 1e-3 * 0.1).sub(gradient.div(gradient.abs().add(1e-8)).mul(1e-3)));
        }
        Assert.AreEqual(description.RootElement.GetProperty("grad_global_norm").GetDouble(), Math.Sqrt(squares), 1e-4);
        Golden.AreClose(expected["logits_after_adamw_1"], model.call(expected["input_ids"]), 1e-3, 1e-3, "after a step");
        foreach (var (parameter, value) in before)
            parameter.copy_(value);
    }

    [TestMethod]
    public void SavedAdapterIsTheSameAdapter()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        manual_seed(1);
        var lora = new LoraConfig { Rank = 3, Scale = 0.5, Targets = LoraTargets.All, Initialization = LoraInitialization.Reference };
        var config = LlamaConfig.Tiny(20) with { Layers = 2 };
        var model = new LlamaForCausalLM(config, lora);
        model.eval();
        var folder = Directory.CreateTempSubdirectory("adapter").FullName;
        try
        {
            LoraAdapter.Save(model, folder, "base");
            using var adapter = PeftAdapter.Open(folder);
            var read = LoraAdapter.ConfigOf(adapter);
            Assert.AreEqual(3, read.Rank);
            Assert.AreEqual(0.5, read.Scale, 1e-12);
            Assert.AreEqual(LoraTargets.All, read.Targets);
            var second = new LlamaForCausalLM(config, read);
            second.eval();
            Golden.Fill(second, model.state_dict(), key => key.Contains("lora_", StringComparison.Ordinal) ? null : key);
            LoraAdapter.Load(second, adapter);
            var ids = randint(20, [2, 6], ScalarType.Int64);
            Golden.AreClose(model.call(ids), second.call(ids), 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void ReferenceInitialisationIsNotZero()
    {
        manual_seed(4);
        var model = new LlamaForCausalLM(LlamaConfig.Tiny(20), LoraConfig.OfReference(16, 4) with { Initialization = LoraInitialization.Reference });
        var up = model.get_parameter("model.layers.0.self_attn.lora_up_Q.weight")!;
        CollectionAssert.AreEqual(new long[] { 192, 12 }, up.shape);
        Assert.AreEqual(0.02, up.std().item<float>(), 0.002);
        Assert.AreEqual(0.25, model.Lora!.Scale);
    }

    [TestMethod]
    public void ImpossibleRanksAreNamed()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new LoraConfig().RankFor(64)).Message, "Reduction");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new LoraConfig { Reduction = 500 }.RankFor(64)).Message, "rank 0");
    }
}
