using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

/// <summary>Low-rank adapters in files of the reference's form. AV-HuBERT's are compared with the reference in <see cref="AvHubertEncoderTests"/>.</summary>
[TestClass]
public sealed class ReferenceAdapterTests
{
    private const string Case = "avsr/07_e2e_audio_avhubert";
    private const string Down = "model.layers.0.self_attn.lora_down_V.weight";
    private readonly string _folder = Values.TemporaryFolder();

    [TestCleanup]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    /// <summary>The reference's whole model: its adapters are taken from the file, saved alone, and put on the bare language model.</summary>
    [TestMethod]
    [DataRow("adapter.safetensors", null)]
    [DataRow("adapter.pth", 8.0)]
    public void TheReferencesAdaptersStandAlone(string file, double? alpha)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var published = new SafetensorsReader(Golden.Find(Case + "/weights.safetensors"));
        using var llm = published.Below("llm.", leaveOpen: true);
        var config = Config(llm);
        var whole = LlamaFactory.FromWeights(config, llm, lora: LoraConfig.OfReference(16, 8));
        var path = Path.Combine(_folder, file);
        ReferenceAdapter.Save(whole, path);

        var summary = AvsrCheckpoint.Inspect(path);
        Assert.AreEqual((CheckpointKind.ReferenceAdapter, 3, null), (summary.Kind, summary.LoraRank, summary.VideoLoraRank));
        using var adapter = AvsrCheckpoint.Open(path);
        CollectionAssert.AreEquivalent(published.Entries.Keys.Where(name => name.Contains(".lora_", StringComparison.Ordinal)).ToArray(), adapter.Entries.Keys.ToArray());
        var lora = ReferenceAdapter.ConfigOf(adapter, config.Width, alpha);
        Assert.AreEqual(LoraConfig.OfReference(16, 8), lora);
        using var bare = llm.Rename(name => name.Contains(".lora_", StringComparison.Ordinal) ? null : name, leaveOpen: true);
        var model = LlamaFactory.FromWeights(config, bare, lora: lora);
        var ids = randint(config.VocabularySize, [2, 7], ScalarType.Int64);
        Golden.AreClose(LlamaFactory.FromWeights(config, bare).call(ids), model.call(ids), 1e-6, what: "a new adapter changes nothing");
        ReferenceAdapter.Load(model, adapter);
        var expected = whole.call(ids);
        Golden.AreClose(expected, model.call(ids), 0);

        var before = model.get_parameter("model.layers.0.self_attn.v_proj.weight")!.clone();
        model.MergeAdapters();
        Golden.AreClose(expected, model.call(ids), 2e-4, 2e-4, "merged");
        var product = published.Read("llm.model.layers.0.self_attn.lora_up_V.weight").matmul(published.Read("llm." + Down));
        Golden.AreClose(before.add(product.mul(8.0 / 16)), model.get_parameter("model.layers.0.self_attn.v_proj.weight")!, 1e-7);
        Assert.ThrowsExactly<InvalidOperationException>(() => ReferenceAdapter.Save(model, path));
        Assert.ThrowsExactly<InvalidOperationException>(() => ReferenceAdapter.Load(model, adapter));
        model.UnmergeAdapters();
        Golden.AreClose(before, model.get_parameter("model.layers.0.self_attn.v_proj.weight")!, 1e-6);
        Golden.AreClose(expected, model.call(ids), 2e-4, 2e-4, "unmerged");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("llm.")]
    [DataRow("model.llm.")]
    public void NamesOfEveryContainerAreKnownAndOtherTensorsAreLeftAlone(string prefix)
    {
        using var scope = NewDisposeScope();
        var config = LlamaConfig.Tiny(20) with { Layers = 2 };
        var lora = LoraConfig.OfReference(32, 4) with { Initialization = LoraInitialization.Reference };
        var model = new LlamaForCausalLM(config, lora);
        var path = Path.Combine(_folder, "whole.pth");
        TorchZipWriter.Write(path, model.state_dict().ToDictionary(entry => prefix + entry.Key, entry => entry.Value.detach()));
        using var source = AvsrCheckpoint.Open(path);
        Assert.AreEqual(0.125, ReferenceAdapter.ConfigOf(source, config.Width).Scale, "the published recipes' factor");
        var second = new LlamaForCausalLM(config, lora);
        var embeddings = second.get_parameter("model.embed_tokens.weight")!.detach().clone();
        ReferenceAdapter.Load(second, source);
        Golden.AreClose(model.get_parameter(Down)!, second.get_parameter(Down)!, 0);
        Golden.AreClose(embeddings, second.get_parameter("model.embed_tokens.weight")!, 0);
    }

    [TestMethod]
    public void ReductionFollowsFromTheBottleneck()
    {
        using var scope = NewDisposeScope();
        // round(18 / 4) is 4, half to even; no whole number makes 5.
        Assert.AreEqual(64, Reduction(4096, 64));
        Assert.AreEqual(32, Reduction(3072, 96));
        Assert.AreEqual(16, Reduction(48, 3));
        Assert.AreEqual(4, Reduction(18, 4));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => Reduction(18, 5)).Message, "bottleneck of 5");
    }

    [TestMethod]
    public void WhatDoesNotFitIsNamed()
    {
        using var scope = NewDisposeScope();
        var config = LlamaConfig.Tiny(20) with { Layers = 2 };
        var lora = LoraConfig.OfReference(16, 8);
        var model = new LlamaForCausalLM(config, lora);
        var path = Path.Combine(_folder, "a.safetensors");
        ReferenceAdapter.Save(model, path);
        using var adapter = AvsrCheckpoint.Open(path);
        string Problem(LlamaForCausalLM other) => Assert.ThrowsExactly<CheckpointException>(() => ReferenceAdapter.Load(other, adapter)).Message;
        StringAssert.Contains(Problem(new LlamaForCausalLM(config with { Layers = 3 }, lora)), "model.layers.2.self_attn.lora_");
        StringAssert.Contains(Problem(new LlamaForCausalLM(config with { Layers = 1 }, lora)), "model.layers.1.self_attn.lora_");
        StringAssert.Contains(Problem(new LlamaForCausalLM(config, LoraConfig.OfReference(8, 8))), "[12, 192]");
        var unadapted = Path.Combine(_folder, "b.safetensors");
        SafetensorsWriter.Write(unadapted, new Dictionary<string, Tensor> { ["llm.model.embed_tokens.weight"] = zeros(2, 2) });
        using var none = AvsrCheckpoint.Open(unadapted);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => ReferenceAdapter.ConfigOf(none, 192)).Message, "no adapters");
        Assert.ThrowsExactly<InvalidOperationException>(() => ReferenceAdapter.Save(new LlamaForCausalLM(config), path));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(
            () => ReferenceAdapter.Save(new LlamaForCausalLM(config, lora with { Targets = LoraTargets.All }), path)).Message, "queries and values");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(
            () => ReferenceAdapter.Save(new LlamaForCausalLM(config, new LoraConfig { Rank = 100 }), path)).Message, "Rank 100");
    }

    /// <summary>Saved with adapters in the weights, a model would count them twice when it is loaded.</summary>
    [TestMethod]
    public void MergedModelsAreNotSaved()
    {
        using var model = new AvsrModel(PublishedLayoutTests.Config(AvHubertStreams.Video, ProjectorRouting.Dense), PublishedLayoutTests.s_tokenizer);
        model.VisualEncoder!.MergeAdapters();
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => PublishedLayout.Save(Path.Combine(_folder, "m.pth"), model)).Message, "UnmergeAdapters");
        model.VisualEncoder.UnmergeAdapters();
        PublishedLayout.Save(Path.Combine(_folder, "m.pth"), model);
        ReferenceAdapter.Save(model.VisualEncoder, Path.Combine(_folder, "v.safetensors"));
        using var adapter = AvsrCheckpoint.Open(Path.Combine(_folder, "v.safetensors"));
        Assert.AreEqual(4, AvsrCheckpoint.Inspect(Path.Combine(_folder, "v.safetensors")).VideoLoraRank);
        Assert.IsTrue(adapter.Entries.Keys.All(name => name.StartsWith("video_encoder.encoder.layers.0.self_attn.lora_", StringComparison.Ordinal)));
        Assert.AreEqual(LoraConfig.AvHubertReference with { Reduction = 4 }, ReferenceAdapter.ConfigOfAvHubert(adapter, 16));
    }

    private int Reduction(int width, int rank)
    {
        var path = Path.Combine(_folder, $"{width}-{rank}.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["llm.model.layers.0.self_attn.lora_down_Q.weight"] = zeros(rank, width) });
        using var source = AvsrCheckpoint.Open(path);
        return ReferenceAdapter.ConfigOf(source, width).Reduction!.Value;
    }

    private static LlamaConfig Config(ITensorSource llm)
    {
        using var description = JsonDocument.Parse(File.ReadAllText(Golden.Find(Case + "/case.json")));
        var config = LlamaConfig.FromJson(description.RootElement.GetProperty("config").GetProperty("llm_config"));
        return config with { VocabularySize = (int)llm.Entries["model.embed_tokens.weight"].Shape[0] };
    }
}
