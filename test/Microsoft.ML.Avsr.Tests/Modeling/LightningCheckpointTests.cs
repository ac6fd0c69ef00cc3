using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Tests.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

/// <summary>Lightning's own <c>.ckpt</c> files, as training leaves them, are whole models, too.</summary>
[TestClass]
public sealed class LightningCheckpointTests
{
    private readonly string _folder = Values.TemporaryFolder();

    [TestCleanup]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dense, CheckpointKind.LlamaAvsr, ScalarType.Float32)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jejr, CheckpointKind.LlamaSmop, ScalarType.BFloat16)]
    [DataRow(AvHubertStreams.Joint, ProjectorRouting.Dense, CheckpointKind.LlamaAvsr, ScalarType.Float32)]
    public void AWholeModelIsLoadedAndTheRestIsData(AvHubertStreams streams, ProjectorRouting routing, CheckpointKind kind, ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var construction = new ModuleConstruction { DType = type };
        using var model = new AvsrModel(PublishedLayoutTests.Config(streams, routing), PublishedLayoutTests.s_tokenizer, null, construction);
        var path = Write(model);

        var summary = AvsrCheckpoint.Inspect(path);
        Assert.AreEqual(kind, summary.Kind);
        Assert.AreEqual(type, summary.DType);
        Assert.AreEqual(16 / 4, summary.LoraRank);
        var options = new PublishedOptions { LanguageModel = model.Config.LanguageModel, AudioHeads = 2, VideoHeads = 2, LoraScale = model.Config.Lora!.Scale };
        using var loaded = PublishedLayout.Open(path, PublishedLayoutTests.s_tokenizer, options, construction);
        Assert.AreEqual(model.Config.Projector, loaded.Config.Projector);
        Assert.AreEqual(streams, loaded.Config.AvHubertStreams);
        var state = loaded.state_dict();
        var expected = model.state_dict();
        CollectionAssert.AreEquivalent(expected.Keys.ToArray(), state.Keys.ToArray());
        foreach (var (key, value) in expected)
            Assert.IsTrue(value.dtype == state[key].dtype && value.eq(state[key]).all().item<bool>(), key);

        using var reader = new TorchPickleReader(path);
        Assert.AreEqual("state_dict", reader.StateDictionary);
        var arguments = reader.Root["hyper_parameters"]!["args"]!;
        Assert.AreEqual("argparse.Namespace", arguments.ClassName);
        Assert.AreEqual(32, arguments["reduction_lora"]!.AsInteger());
        Assert.AreEqual(1e-3, arguments["lr"]!.AsNumber());
        Assert.AreEqual("audiovisual", arguments["modality"]!.AsString());
        Assert.AreEqual(9, reader.Root["epoch"]!.AsInteger());
        var optimizer = reader.Root["optimizer_states"]!.Items[0];
        Assert.AreEqual(5e-4, optimizer["param_groups"]!.Items[0]["lr"]!.AsNumber());
        Assert.IsNotNull(optimizer["state"]!.Pairs.Single().Value["exp_avg_sq"]!.AsTensor());
        Assert.AreEqual("pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint", reader.Root["callbacks"]!["ModelCheckpoint"]!.ClassName);
    }

    [TestMethod]
    public void MissingAndLeftOverTensorsAreNamedAsInTheModel()
    {
        using var model = new AvsrModel(PublishedLayoutTests.Config(AvHubertStreams.Video, ProjectorRouting.Dense), PublishedLayoutTests.s_tokenizer);
        var path = Write(model, state =>
        {
            state.Remove("audio_proj.2.bias");
            state.Add("audio_proj.7.weight", ones(1));
        });
        using var checkpoint = LlamaAvsrCheckpoint.Open(path);
        var problem = Assert.ThrowsExactly<CheckpointException>(() => PublishedLayout.Load(checkpoint, model.Config, PublishedLayoutTests.s_tokenizer));
        StringAssert.Contains(problem.Message, "1 missing: projector.audio_proj.2.bias");
        StringAssert.Contains(problem.Message, "1 unexpected: audio_proj.7.weight");
    }

    private string Write(AvsrModel model, Action<Dictionary<string, Tensor>>? change = null)
    {
        using var scope = NewDisposeScope();
        var published = Path.Combine(_folder, "published.safetensors");
        PublishedLayout.Save(published, model);
        using var reader = new SafetensorsReader(published);
        var state = reader.Entries.Keys.ToDictionary(name => name, name => reader.Read(name));
        change?.Invoke(state);
        var path = Path.Combine(_folder, "epoch=9.ckpt");
        LightningFile.Write(path, state);
        return path;
    }
}
