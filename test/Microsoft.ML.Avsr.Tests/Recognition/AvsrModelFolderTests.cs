using System.Security.Cryptography;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Recognition;

/// <summary>Whole models in this library's own folder, which checks itself.</summary>
[TestClass]
public sealed class AvsrModelFolderTests
{
    private readonly string _root = Values.TemporaryFolder();

    [TestCleanup]
    public void Clean() => Directory.Delete(_root, recursive: true);

    [TestMethod]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dedr, "DEDR", ScalarType.Float32)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jedr, "JEDR", ScalarType.BFloat16)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jejr, "JEJR", ScalarType.Float32)]
    [DataRow(AvHubertStreams.Audio, ProjectorRouting.Dense, "dense with LayerNorm", ScalarType.Float32)]
    [DataRow(AvHubertStreams.Joint, ProjectorRouting.Dense, "dense with LayerNorm", ScalarType.Float32)]
    public void ASavedModelVerifiesAndLoads(AvHubertStreams streams, ProjectorRouting routing, string projector, ScalarType type)
    {
        var folder = Path.Combine(_root, "model");
        manual_seed(5);
        using var model = new AvsrModel(PublishedLayoutTests.Config(streams, routing), PublishedLayoutTests.s_tokenizer, null, new ModuleConstruction { DType = type });
        AvsrModelFolder.Save(folder, model, new DecodingOptions { BeamSize = 2 });
        var outcome = AvsrModelFolder.Verify(folder);
        Assert.IsTrue(outcome.Passed, outcome.Problem);
        Assert.AreEqual(0, outcome.LargestError, 1e-5);
        using var loaded = AvsrModelFolder.Load(folder);
        Assert.AreEqual(2, loaded.Options.BeamSize);
        Assert.AreEqual(model.Config.Projector, loaded.Model.Config.Projector);
        using var scope = NewDisposeScope();
        var state = loaded.Model.state_dict();
        foreach (var (key, value) in model.state_dict())
        {
            Assert.AreEqual(value.dtype, state[key].dtype, key);
            Assert.IsTrue(value.eq(state[key]).all().item<bool>(), key);
        }
        var summary = AvsrCheckpoint.Inspect(folder);
        Assert.AreEqual(routing == ProjectorRouting.Dense ? CheckpointKind.LlamaAvsr : CheckpointKind.LlamaSmop, summary.Kind);
        Assert.AreEqual("model folder", summary.Format);
        Assert.AreEqual(projector, summary.Projector);
        Assert.AreEqual(model.Config.Supported, (summary.Audio ? Modality.Audio : 0) | (summary.Video ? Modality.Video : 0));
        Assert.AreEqual(type, summary.DType);
    }

    [TestMethod]
    public void ChangedFilesAndChangedResultsAreFound()
    {
        var folder = Path.Combine(_root, "model");
        using var model = new AvsrModel(PublishedLayoutTests.Config(AvHubertStreams.Video, ProjectorRouting.Dedr), PublishedLayoutTests.s_tokenizer);
        AvsrModelFolder.Save(folder, model);
        var (part, manifest) = (Path.Combine(folder, "llm.safetensors"), Path.Combine(folder, "manifest.json"));
        var before = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(part)));
        using (var scope = NewDisposeScope())
        {
            Dictionary<string, Tensor> tensors;
            using (var reader = new SafetensorsReader(part))
                tensors = reader.Entries.Keys.ToDictionary(name => name, name => reader.Read(name));
            tensors["model.norm.weight"].mul_(1.5);
            SafetensorsWriter.Write(part, tensors);
        }
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => AvsrModelFolder.Load(folder)).Message, "llm.safetensors");
        // With a hash that agrees, only the self-test can tell.
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(before, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(part)))));
        var outcome = AvsrModelFolder.Verify(folder);
        Assert.IsFalse(outcome.Passed);
        StringAssert.Contains(outcome.Problem, "logits");
        var text = File.ReadAllText(manifest);
        File.WriteAllText(manifest, text.Replace("\"FeedForward\": 16", "\"FeedForward\": 1000000"));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => AvsrModelFolder.Load(folder)).Message, "the files hold");
        File.WriteAllText(manifest, text.Replace("\"Decoding\"", "\"Searching\""));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => AvsrModelFolder.Load(folder)).Message, "decoding is missing");
    }
}
