using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

/// <summary>Whole models in every arrangement of encoders: published names, and recognition that padding does not change.</summary>
[TestClass]
public sealed class PublishedLayoutTests
{
    internal static readonly SpeechTokenizer s_tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["bin blue at a one now", "set red by b two please"], 300));

    [TestMethod]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dense, "audio_encoder.conv1.weight", "video_encoder.encoder.layer_norm.weight", "video_proj.0.weight")]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jejr, "audio_encoder.conv1.weight", "video_encoder.encoder.layer_norm.weight", "audiovisual_proj.gate.weight")]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dedr, "audio_encoder.conv1.weight", "video_encoder.encoder.layer_norm.weight", "audio_proj.gate.weight")]
    [DataRow(AvHubertStreams.Audio, ProjectorRouting.Dense, "audio_encoder.encoder.layer_norm.weight", "audio_encoder.encoder.layers.0.fc1.weight", "audio_proj.2.bias")]
    [DataRow(AvHubertStreams.Separate, ProjectorRouting.Dense, "audiovisual_encoder.encoder.layer_norm.weight", "audio_proj.0.weight", "video_proj.0.weight")]
    [DataRow(AvHubertStreams.Joint, ProjectorRouting.Dense, "audiovisual_encoder.encoder.layer_norm.weight", "audiovisual_proj.0.weight", "llm.model.norm.weight")]
    public void ASavedModelHasPublishedNamesAndLoadsAgain(AvHubertStreams streams, ProjectorRouting routing, params string[] names)
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var model = new AvsrModel(Config(streams, routing), s_tokenizer);
        model.eval();
        foreach (var extension in new[] { ".safetensors", ".pth" })
        {
            var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + extension);
            try
            {
                PublishedLayout.Save(path, model);
                using var checkpoint = LlamaAvsrCheckpoint.Open(path);
                foreach (var name in names)
                    Assert.IsTrue(checkpoint.Weights.Entries.ContainsKey(name), name);
                using var again = PublishedLayout.Load(checkpoint, model.Config, s_tokenizer);
                var state = again.state_dict();
                foreach (var (key, value) in model.state_dict())
                    Assert.IsTrue(value.eq(state[key]).all().item<bool>(), key);
                var problem = Assert.ThrowsExactly<CheckpointException>(() => PublishedLayout.Load(checkpoint, model.Config with { Lora = null }, s_tokenizer));
                StringAssert.Contains(problem.Message, "lora_down_Q");
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    [TestMethod]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dedr, false)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jejr, true)]
    [DataRow(AvHubertStreams.Audio, ProjectorRouting.Dense, false)]
    [DataRow(AvHubertStreams.Separate, ProjectorRouting.Dense, false)]
    [DataRow(AvHubertStreams.Joint, ProjectorRouting.Dense, false)]
    public void ABatchIsRecognisedAsItsClipsAlone(AvHubertStreams streams, ProjectorRouting routing, bool thirtySeconds)
    {
        manual_seed(8);
        var config = Config(streams, routing) with { PadAudioTo30Seconds = thirtySeconds, Compression = CompressionKind.AveragePool };
        config = config with { Projector = config.Projector with { AudioWidth = config.Projector.AudioWidth is null ? null : 16, VideoWidth = config.Projector.VideoWidth is null ? null : 16 } };
        using var recognizer = new SpeechRecognizer(new AvsrModel(config, s_tokenizer), new DecodingOptions { BeamSize = 3, MaxTokens = 6, Alternatives = 3 });
        var clips = new[] { 12, 20, 17 }.Select((frames, i) => Clip(frames, i)).ToArray();
        var together = recognizer.Transcribe(clips);
        for (var i = 0; i < clips.Length; i++)
        {
            var alone = recognizer.Transcribe([clips[i]])[0];
            CollectionAssert.AreEqual(alone.TokenIds.ToArray(), together[i].TokenIds.ToArray(), $"clip {i}");
            Assert.AreEqual(alone.Confidence, together[i].Confidence, 1e-4);
            Assert.HasCount(2, together[i].Alternatives);
            Assert.IsGreaterThanOrEqualTo(together[i].Alternatives[1].Score, together[i].Alternatives[0].Score);
        }
        // Every arrangement takes what it has: one stream alone where both are possible.
        if (config.Supported == Modality.AudioVisual)
        {
            Assert.AreEqual(Modality.Audio, recognizer.Transcribe([new SpeechInput(clips[0].Audio, null)])[0].Modality);
            Assert.AreEqual(Modality.Video, recognizer.Transcribe([new SpeechInput(null, clips[0].Video)])[0].Modality);
        }
    }

    [TestMethod]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dense)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jejr)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Jedr)]
    [DataRow(AvHubertStreams.Video, ProjectorRouting.Dedr)]
    [DataRow(AvHubertStreams.Audio, ProjectorRouting.Dense)]
    [DataRow(AvHubertStreams.Separate, ProjectorRouting.Dense)]
    [DataRow(AvHubertStreams.Joint, ProjectorRouting.Dense)]
    public void TheArchitectureIsReadFromTheFile(AvHubertStreams streams, ProjectorRouting routing)
    {
        using var model = new AvsrModel(Config(streams, routing), s_tokenizer);
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".safetensors");
        try
        {
            PublishedLayout.Save(path, model);
            var options = new PublishedOptions { LanguageModel = model.Config.LanguageModel, AudioHeads = 2, VideoHeads = 2, LoraScale = model.Config.Lora!.Scale };
            using var again = PublishedLayout.Open(path, s_tokenizer, options);
            Assert.AreEqual(model.Config.Projector, again.Config.Projector);
            Assert.AreEqual(streams, again.Config.AvHubertStreams);
            Assert.AreEqual(CompressionKind.Stack, again.Config.Compression);
            Assert.AreEqual(ReferencePrompts.AudioVisual, again.Config.AudioVisualPrompt);
            using var scope = NewDisposeScope();
            var state = again.state_dict();
            foreach (var (key, value) in model.state_dict())
                Assert.IsTrue(value.eq(state[key]).all().item<bool>(), key);
            var problem = Assert.ThrowsExactly<CheckpointException>(() => PublishedLayout.Open(path, s_tokenizer, options with { LanguageModel = null }));
            StringAssert.Contains(problem.Message, nameof(PublishedOptions.LanguageModel));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void ThirtySecondsOfSilenceAreNotTokens()
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = new AvsrModel(Config(AvHubertStreams.Video, ProjectorRouting.Dense) with { PadAudioTo30Seconds = true, AudioRate = 1 }, s_tokenizer);
        model.eval();
        var frontEnd = new SpeechFrontEnd(model.Config);
        var (mel, valid) = frontEnd.AudioBatch([new float[16000], new float[20800], new float[3200]]);
        CollectionAssert.AreEqual(new long[] { 3, 80, 3000 }, mel.shape);
        var tokens = model.EncodeAudio(mel, valid);
        CollectionAssert.AreEqual(new long[] { 50, 65, 25 }, tokens.Lengths());
        CollectionAssert.AreEqual(new long[] { 3, 65, 16 }, tokens.Features.shape);
    }

    [TestMethod]
    public void PaddedTokensAreAQuirkThatIsOffByDefault()
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var config = Config(AvHubertStreams.Video, ProjectorRouting.Dense) with { PadAudioTo30Seconds = true };
        Assert.AreEqual(ReferenceCompatibility.None, config.Compatibility);
        using var model = new AvsrModel(config with { Compatibility = ReferenceCompatibility.PaddedTokens }, s_tokenizer);
        var (mel, valid) = new SpeechFrontEnd(config).AudioBatch([new float[16000], new float[20800]]);
        Assert.IsNull(model.EncodeAudio(mel, valid).Valid);
        Assert.IsNull(model.EncodeVideo(zeros([1, 1, 4, 88, 88]), ones(1, 4, dtype: ScalarType.Bool)).Valid);
    }

    [TestMethod]
    public void ImpossibleArrangementsAreNamed()
    {
        var config = Config(AvHubertStreams.Joint, ProjectorRouting.Dense);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new AvsrModel(config with { VisualEncoder = VisualEncoderConfig.Tiny }, s_tokenizer)).Message, "Joint");
        using var model = new AvsrModel(config, s_tokenizer);
        Assert.ThrowsExactly<InvalidOperationException>(() => model.EncodeVideo(zeros([1, 1, 4, 88, 88]), null));
        Assert.ThrowsExactly<InvalidOperationException>(() => model.EncodeAudio(zeros(1, 4, 104), null));
        using var apart = new AvsrModel(Config(AvHubertStreams.Separate, ProjectorRouting.Dense), s_tokenizer);
        Assert.ThrowsExactly<InvalidOperationException>(() => apart.EncodeJoint(zeros(1, 4, 104), null, null));
    }

    internal static AvsrModelConfig Config(AvHubertStreams streams, ProjectorRouting routing)
    {
        var visual = new VisualEncoderConfig
        {
            StemChannels = 2, StageChannels = [2, 2, 4, 4], BlocksPerStage = 1, Width = 16, Layers = 1, Heads = 2, FeedForward = 16, PositionKernel = 8, PositionGroups = 4,
        };
        var isWhisper = streams == AvHubertStreams.Video;
        const int AudioRate = 2, VideoRate = 2;
        return new AvsrModelConfig
        {
            AudioEncoder = isWhisper ? new WhisperEncoderConfig { Width = 16, Layers = 1, Heads = 2, FeedForward = 16 } : null,
            VisualEncoder = visual,
            VisualLora = LoraConfig.AvHubertReference with { Reduction = 4 },
            AvHubertStreams = streams,
            Compression = CompressionKind.Stack,
            AudioRate = AudioRate,
            VideoRate = VideoRate,
            Projector = new ProjectorConfig
            {
                Routing = routing, Hidden = 8, OutputWidth = 16, Experts = routing == ProjectorRouting.Dense ? 1 : 4, TopK = routing == ProjectorRouting.Dense ? 1 : 2,
                AudioWidth = streams == AvHubertStreams.Joint ? null : 16 * AudioRate,
                VideoWidth = streams == AvHubertStreams.Audio ? null : 16 * VideoRate,
            },
            LanguageModel = new LlamaConfig { VocabularySize = s_tokenizer.VocabularySize, Width = 16, Layers = 1, Heads = 2, KeyValueHeads = 1, FeedForward = 16, TieEmbeddings = true },
            Lora = LoraConfig.OfReference(4, 2),
            AudioVisualPrompt = "set",
        };
    }

    private static SpeechInput Clip(int frames, int seed)
    {
        var random = new Random(seed);
        var samples = new float[frames * 640];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (float)(random.NextDouble() - 0.5);
        var pixels = new byte[frames * 96 * 96];
        random.NextBytes(pixels);
        return new SpeechInput(new AudioClip(samples, 16000), new VideoClip(pixels, frames, 96, 96, 25));
    }
}
