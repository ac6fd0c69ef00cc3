using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class WhisperEncoderTests
{
    [TestMethod]
    [DataRow("bin_80mel_60")]
    [DataRow("small_128mel_100")]
    [DataRow("tiny_80mel_1500")]
    public void EncoderEqualsTheReference(string name)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var root = "components/02_whisper_encoder/" + name;
        using var folder = HuggingFaceFolder.Open(Golden.Find(root + "/hf"));
        var encoder = WhisperEncoderFactory.FromHuggingFace(folder);
        var expected = Golden.Tensors(root + "/expected.safetensors");
        var mel = expected.TryGetValue("mel", out var stored) ? stored : SpeechMel();
        var output = encoder.call(mel, null);
        Assert.IsNull(output.Valid);
        Golden.AreClose(expected["encoder_output"], output.Features, 1e-4, 1e-4, name);
    }

    [TestMethod]
    [DataRow("bin_80mel_60", "model.pt")]
    [DataRow("small_128mel_100", "model.pt")]
    public void OpenAiFilesGiveTheSameEncoder(string name, string file)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var root = "components/02_whisper_encoder/" + name;
        using var checkpoint = WhisperCheckpoint.Open(Golden.Find($"{root}/openai/{file}"));
        var encoder = WhisperEncoderFactory.FromCheckpoint(checkpoint);
        var expected = Golden.Tensors(root + "/expected.safetensors");
        Golden.AreClose(expected["encoder_output"], encoder.call(expected["mel"], null).Features, 1e-4, 1e-4, name);
    }

    /// <summary>The real Whisper-base encoder on the first 11 seconds of a speech, padded to 30 as Whisper does.</summary>
    [TestMethod]
    public void RealWhisperBaseGivesItsFeatures()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var folder = HuggingFaceFolder.Open(SharedData.Require("data/whisper-base-encoder"));
        using var numbers = new SafetensorsReader(SharedData.Require("data/whisper-base-encoder/expected.safetensors"));
        var encoder = WhisperEncoderFactory.FromHuggingFace(folder);
        // The whole 30 s: the frame after the last of the 11 s still holds half a window of speech.
        var mel = SpeechMel();
        Golden.AreClose(numbers.Read("mel_jfk_first1100").unsqueeze(0), mel.narrow(2, 0, 1100), 1e-4, what: "the same speech");
        var output = encoder.call(mel, null).Features;
        CollectionAssert.AreEqual(new long[] { 1, 1500, 512 }, output.shape);
        Golden.AreClose(numbers.Read("encoder_out_jfk_first550").unsqueeze(0), output.narrow(1, 0, 550), 2e-3, what: "whisper-base");
        Assert.AreEqual(550, WhisperEncoder.ReferenceFrames(176_000));
    }

    [TestMethod]
    public void PaddingChangesNothing()
    {
        manual_seed(7);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var config in new[] { WhisperEncoderConfig.Scratch, new WhisperEncoderConfig { Width = 32, Layers = 2, Heads = 2, FeedForward = 64, MaxPositions = 60 } })
        {
            var encoder = new WhisperEncoder(config);
            encoder.eval();
            var mel = randn(2, 80, 61);
            var batch = encoder.call(mel, EncodedSequence.MaskOf([61, 38], 61));
            var alone = encoder.call(mel.narrow(0, 1, 1).narrow(2, 0, 38), null).Features;
            var lengths = batch.Lengths();
            Assert.AreEqual(alone.shape[1], lengths[1]);
            Golden.AreClose(alone, batch.Features.narrow(0, 1, 1).narrow(1, 0, lengths[1]), 2e-5);
            Golden.AreClose(encoder.call(mel.narrow(0, 0, 1), null).Features, batch.Features.narrow(0, 0, 1), 2e-5);
        }
    }

    [TestMethod]
    public void ScratchEncoderIsSmallAndHalvesTheRate()
    {
        using var scope = NewDisposeScope();
        var encoder = new WhisperEncoder(WhisperEncoderConfig.Scratch);
        Assert.AreEqual(1.6e6, Golden.ParameterCount(encoder), 0.1e6);
        var output = encoder.call(randn(1, 80, 304), null);
        CollectionAssert.AreEqual(new long[] { 1, 76, 256 }, output.Features.shape);
        Assert.AreEqual(25, WhisperEncoderConfig.Scratch.FramesPerSecond);
    }

    [TestMethod]
    public void FullSizesHaveTheirParameterCounts()
    {
        Assert.AreEqual(307_216_384L, Golden.ParameterCount(new WhisperEncoder(WhisperEncoderConfig.Medium, ModuleConstruction.Meta)));
    }

    [TestMethod]
    public void WrongShapesAreRefusedBeforeAnyNativeCall()
    {
        using var scope = NewDisposeScope();
        var encoder = new WhisperEncoder(new WhisperEncoderConfig { Width = 8, Layers = 1, Heads = 2, FeedForward = 8, MaxPositions = 10 });
        Assert.ThrowsExactly<ArgumentException>(() => encoder.call(zeros(1, 128, 20), null));
        Assert.ThrowsExactly<ArgumentException>(() => encoder.call(zeros(1, 80, 40), null));
        Assert.ThrowsExactly<ArgumentException>(() => encoder.call(zeros(1, 80, 20), ones(1, 19, dtype: ScalarType.Bool)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new WhisperEncoderConfig { Width = 8, Layers = 1, Heads = 3, FeedForward = 8 }.Validated());
    }

    private static Tensor SpeechMel() => Golden.Tensors("components/01_logmel/speech/expected.safetensors")["mel80_padded30s"].reshape(1, 80, 3000);
}
