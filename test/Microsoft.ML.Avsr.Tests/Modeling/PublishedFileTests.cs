using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

/// <summary>Saved files are as complete as the reference's strict loader wants them, and are recognised for what they are.</summary>
[TestClass]
public sealed class PublishedFileTests
{
    private readonly string _folder = Values.TemporaryFolder();

    [TestCleanup]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow(AvHubertStreams.Video, "video_encoder.", ".safetensors")]
    [DataRow(AvHubertStreams.Video, "video_encoder.", ".pth")]
    [DataRow(AvHubertStreams.Audio, "audio_encoder.", ".pth")]
    [DataRow(AvHubertStreams.Joint, "audiovisual_encoder.", ".safetensors")]
    public void AvHubertsUnusedTensorsAreWrittenAndCarriedThrough(AvHubertStreams streams, string part, string extension)
    {
        using var scope = NewDisposeScope();
        using var model = new AvsrModel(PublishedLayoutTests.Config(streams, ProjectorRouting.Dense), PublishedLayoutTests.s_tokenizer);
        var built = Path.Combine(_folder, "built" + extension);
        PublishedLayout.Save(built, model);
        var tensors = Read(built);
        CollectionAssert.AreEqual(new long[] { 104 }, tensors[part + "mask_emb"].shape);
        CollectionAssert.AreEqual(new long[] { 2004, 256 }, tensors[part + "label_embs_concat"].shape);
        CollectionAssert.AreEqual(new long[] { 256, 16 }, tensors[part + "final_proj.weight"].shape);
        CollectionAssert.AreEqual(new long[] { 256 }, tensors[part + "final_proj.bias"].shape);

        // Another number of classes, as another AV-HuBERT has it.
        tensors[part + "label_embs_concat"] = arange(0, 14 * 16, dtype: ScalarType.Float32).reshape(14, 16);
        tensors[part + "final_proj.weight"] = arange(0, 16 * 16, dtype: ScalarType.Float32).reshape(16, 16);
        tensors[part + "final_proj.bias"] = arange(0, 16, dtype: ScalarType.Float32);
        tensors[part + "mask_emb"] = arange(0, 104, dtype: ScalarType.Float32);
        var published = Path.Combine(_folder, "published.safetensors");
        SafetensorsWriter.Write(published, tensors);
        using var checkpoint = LlamaAvsrCheckpoint.Open(published);
        using var loaded = PublishedLayout.Load(checkpoint, model.Config, PublishedLayoutTests.s_tokenizer);
        var saved = Path.Combine(_folder, "saved" + extension);
        PublishedLayout.Save(saved, loaded);
        var again = Read(saved);
        CollectionAssert.AreEquivalent(tensors.Keys.ToArray(), again.Keys.ToArray());
        foreach (var (name, value) in tensors)
        {
            CollectionAssert.AreEqual(value.shape, again[name].shape, name);
            Assert.IsTrue(value.eq(again[name]).all().item<bool>(), name);
        }
    }

    [TestMethod]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dense, CheckpointKind.LlamaAvsr, "dense with LayerNorm", null)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jejr, CheckpointKind.LlamaSmop, "JEJR", 4)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jedr, CheckpointKind.LlamaSmop, "JEDR", 4)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dedr, CheckpointKind.LlamaSmop, "DEDR", 4)]
    [DataRow(AvHubertStreams.Audio, ProjectorRouting.Dense, CheckpointKind.LlamaAvsr, "dense with LayerNorm", null)]
    [DataRow(AvHubertStreams.Separate, ProjectorRouting.Dense, CheckpointKind.LlamaAvsr, "dense with LayerNorm", null)]
    [DataRow(AvHubertStreams.Joint, ProjectorRouting.Dense, CheckpointKind.LlamaAvsr, "dense with LayerNorm", null)]
    public void InspectSaysWhatWasSaved(AvHubertStreams streams, ProjectorRouting routing, CheckpointKind kind, string projector, int? experts)
    {
        using var model = new AvsrModel(PublishedLayoutTests.Config(streams, routing), PublishedLayoutTests.s_tokenizer);
        foreach (var extension in new[] { ".safetensors", ".pth" })
        {
            var path = Path.Combine(_folder, "model" + extension);
            PublishedLayout.Save(path, model);
            var summary = AvsrCheckpoint.Inspect(path);
            Assert.AreEqual(kind, summary.Kind);
            Assert.AreEqual(projector, summary.Projector);
            Assert.AreEqual(experts, summary.Experts);
            Assert.AreEqual(extension == ".pth" ? "torch zip" : "safetensors", summary.Format);
            Assert.AreEqual(ScalarType.Float32, summary.DType);
            Assert.AreEqual(model.Config.Supported, (summary.Audio ? Modality.Audio : 0) | (summary.Video ? Modality.Video : 0));
            Assert.AreEqual(streams is AvHubertStreams.Video or AvHubertStreams.Audio ? (16, 1) : null, summary.AudioEncoder);
            Assert.AreEqual(streams == AvHubertStreams.Audio ? null : (16, 1), summary.VideoEncoder);
            Assert.AreEqual(model.Config.VisualLora!.RankFor(16), summary.VideoLoraRank);
            Assert.AreEqual(model.Config.Lora!.RankFor(16), summary.LoraRank);
            Assert.AreEqual(model.Config.LanguageModel.VocabularySize, summary.Vocabulary);
            if (routing == ProjectorRouting.Dense)
            {
                Assert.AreEqual(streams == AvHubertStreams.Joint ? null : 2, summary.AudioStack);
                Assert.AreEqual(streams == AvHubertStreams.Audio ? null : 2, summary.VideoStack);
            }
        }
    }

    private static Dictionary<string, Tensor> Read(string path)
    {
        using var source = AvsrCheckpoint.Open(path);
        return source.Entries.Keys.ToDictionary(name => name, name => source.Read(name));
    }
}
