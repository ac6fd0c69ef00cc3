using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

[TestClass]
public sealed class InspectTests
{
    [TestMethod]
    [DataRow("golden/avsr/03_avhubert_lnfirst/checkpoint_legacy.pt", CheckpointKind.AvHubert, "torch legacy")]
    [DataRow("golden/avsr/03_avhubert_lnfirst/checkpoint_zip.pt", CheckpointKind.AvHubert, "torch zip")]
    [DataRow("golden/components/02_whisper_encoder/bin_80mel_60/hf", CheckpointKind.HuggingFaceWhisper, "torch zip")]
    [DataRow("golden/components/02_whisper_encoder/small_128mel_100/openai/model.pt", CheckpointKind.OpenAiWhisper, "torch zip")]
    [DataRow("golden/components/03_llama/gqa_untied_theta1e4_sharded/hf", CheckpointKind.LanguageModel, "safetensors, sharded")]
    [DataRow("golden/components/03_llama/qwen2_tied/hf", CheckpointKind.LanguageModel, "safetensors")]
    [DataRow("golden/components/05_lora/qv_r8/adapter", CheckpointKind.PeftAdapter, "safetensors")]
    [DataRow("golden/avsr/07_e2e_smop_audiovisual/weights.safetensors", CheckpointKind.LlamaSmop, "safetensors")]
    [DataRow("golden/avsr/07_e2e_video_lora_stack/weights.safetensors", CheckpointKind.LlamaAvsr, "safetensors")]
    [DataRow("data/tiny-llama/stories260K.bin", CheckpointKind.Llama2C, "llama2.c")]
    [DataRow("data/whisper-base-encoder", CheckpointKind.HuggingFaceWhisper, "safetensors")]
    public void SaysWhatAFileIs(string path, CheckpointKind kind, string format)
    {
        var summary = AvsrCheckpoint.Inspect(SharedData.Require(path));
        Assert.AreEqual(kind, summary.Kind);
        Assert.AreEqual(format, summary.Format);
        Assert.IsTrue(summary.Parameters > 0);
    }

    [TestMethod]
    public void DescribesWholeModels()
    {
        var smop = AvsrCheckpoint.Inspect(SharedData.Require("golden/avsr/07_e2e_smop_audiovisual/weights.safetensors"));
        Assert.AreEqual("JEJR", smop.Projector);
        Assert.AreEqual(4, smop.Experts);
        Assert.AreEqual(4, smop.LoraRank);
        Assert.IsTrue(smop.Audio && smop.Video);
        Assert.AreEqual(32, smop.AudioEncoder!.Value.Width);
        Assert.AreEqual(54, smop.Vocabulary);
        Assert.IsNull(smop.AudioStack);
        var video = AvsrCheckpoint.Inspect(SharedData.Require("golden/avsr/07_e2e_video_lora_stack/weights.safetensors"));
        Assert.IsFalse(video.Audio);
        Assert.AreEqual(3, video.VideoStack);
        Assert.AreEqual(2, video.VideoLoraRank);
        Assert.AreEqual("dense", video.Projector);
        StringAssert.Contains(video.ToString(), "LoRA rank 3");
        var lightning = AvsrCheckpoint.Inspect(Values.Golden("checkpoint_average/epoch=1.ckpt"));
        Assert.AreEqual(CheckpointKind.LlamaAvsr, lightning.Kind);
    }

    [TestMethod]
    public void PartsOfAWholeModelHaveTheirModulesNames()
    {
        using var scope = NewDisposeScope();
        using var model = LlamaAvsrCheckpoint.Open(SharedData.Require("golden/avsr/07_e2e_smop_audiovisual/weights.safetensors"));
        Assert.AreEqual(4, model.AudiovisualProjector!.Read("gate.weight").shape[0]);
        Assert.IsNotNull(model.AudioEncoder!.Read("layers.0.fc1.weight"));
        Assert.IsNotNull(model.VideoEncoder!.Read("encoder.layers.0.fc1.weight"));
        Assert.AreEqual(54, model.LanguageModel!.Read("model.embed_tokens.weight").shape[0]);
        Assert.IsNull(model.AudioProjector);
        using var published = LlamaAvsrCheckpoint.Open(Values.Golden("checkpoint_average/epoch=2.ckpt"));
        Assert.IsNotNull(published.AudioProjector);
        Assert.IsFalse(published.Weights.Entries.ContainsKey("other.weight"));
    }

    [TestMethod]
    public void OtherFilesAreRefused()
    {
        var path = Path.Combine(Values.TemporaryFolder(), "x.bin");
        File.WriteAllText(path, "hello, this is a text file and no weights file at all");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => AvsrCheckpoint.Inspect(path)).Message, "not a weights file");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => AvsrCheckpoint.Inspect(path + "x")).Message, "no such file");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => AvHubertCheckpoint.Open(Values.Golden("whisper_openai/model_fp16.pt"))).Message, "no AV-HuBERT");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => WhisperCheckpoint.Open(Values.Golden("checkpoint_average/epoch=2.ckpt"))).Message, "no Whisper");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => LlamaAvsrCheckpoint.Open(Values.Golden("whisper_openai/model_fp16.pt"))).Message, "not a Llama-AVSR");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
