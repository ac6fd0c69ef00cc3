using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Makes the model that a run trains, of pretrained parts and fresh ones.</summary>
internal sealed class ModelBuilder(AvsrTrainerOptions options, IReadOnlyList<TrainingExample> examples, int? audioFeatures, int? videoFeatures)
{
    /// <summary>Inner width of experts before a pretrained language model (specification 2.2).</summary>
    private const int ReferenceExpertWidth = 2048;

    public BuiltModel Build()
    {
        var built = options.InitialModel is { } path ? Whole(path) : options.EncodersFrom is { } encoders ? BehindEncoders(encoders) : Fresh();
        built = built with { Files = Files(built) };
        if (options.UpcycleFrom is { } dense)
        {
            using var source = AvsrModelFolder.Load(dense);
            ProjectorUpcycling.FromDense(built.Model.Projector, source.Model.Projector, options.UpcycleNoise);
        }
        return built;
    }

    /// <summary>The files of pretrained parts. A model that was trained before has none: its weights are its own.</summary>
    private IReadOnlyList<FrozenWeights> Files(BuiltModel built)
    {
        if (options.InitialModel is not null || options.EncodersFrom is not null)
            return [];
        var files = new List<FrozenWeights>();
        void Add(bool isPretrained, string part, string? path, int addedTokens = 0)
        {
            if (isPretrained && path is not null)
                files.Add(new FrozenWeights(part, Path.GetFullPath(path), FrozenParts.HashOf(path)) { AddedTokens = addedTokens });
        }
        Add(built.PretrainedAudio, FrozenParts.Audio, options.AudioEncoderFolder);
        Add(built.PretrainedVideo, FrozenParts.Video, options.VisualEncoderPath);
        if (!built.PretrainedLanguageModel)
            return files;
        using var folder = HuggingFaceFolder.Open(options.LanguageModelFolder!);
        // Training in bfloat16 rounds weights that are finer than that; then they are no longer those of the file.
        if (options.Precision != TrainingPrecision.BFloat16 || folder.Weights.Entries.Values.All(entry => entry.DType == ScalarType.BFloat16))
            Add(true, FrozenParts.LanguageModel, options.LanguageModelFolder, built.Model.Config.LanguageModel.VocabularySize - LlamaConfig.FromJson(folder.Config).VocabularySize);
        return files;
    }

    private BuiltModel Fresh()
    {
        var pretrainedAudio = audioFeatures is null && options.Modalities.HasFlag(Modality.Audio) ? LoadAudioEncoder() : null;
        var pretrainedVideo = videoFeatures is null && options.Modalities.HasFlag(Modality.Video) ? LoadVisualEncoder() : null;
        if (options.LanguageModelFolder is { } folder)
            return BeforeLanguageModel(folder, pretrainedAudio, pretrainedVideo);
        var vocabulary = ByteLevelBpeTrainer.Train(examples.Select(e => e.Transcript), options.MaxVocabulary);
        var tokenizer = SpeechTokenizer.FromVocabulary(vocabulary);
        var config = WithEncoders(TinyPreset.Create(options, tokenizer, pretrainedAudio?.Config, audioFeatures, videoFeatures, pretrainedVideo?.Config));
        return new BuiltModel(new AvsrModel(config, tokenizer, pretrainedAudio, pretrainedVideo, null),
            pretrainedAudio is not null, pretrainedVideo is not null, false, false);
    }

    /// <summary>A fresh projector and language model behind the encoders of a model that was trained before.</summary>
    private BuiltModel BehindEncoders(string path)
    {
        using var source = AvsrModelFolder.Load(path);
        var trained = source.Model.Config;
        var (hears, sees) = (options.Modalities.HasFlag(Modality.Audio), options.Modalities.HasFlag(Modality.Video));
        if (trained.AvHubertStreams != AvHubertStreams.Video || (hears && trained.AudioEncoder is null) || (sees && trained.VisualEncoder is null))
        {
            throw new ArgumentException(
                $"{nameof(options.EncodersFrom)} = {path}: the clips have {options.Modalities}, and the model lacks an encoder of its own for that. Restrict {nameof(options.Modalities)}, or name another model.", nameof(options));
        }
        if (audioFeatures is not null || videoFeatures is not null)
            throw new ArgumentException($"{nameof(options.EncodersFrom)} = {path}: the examples are encoded already; leave it null.", nameof(options));
        var tiny = TinyPreset.Create(options, source.Model.Tokenizer, trained.AudioEncoder, pretrainedVideo: trained.VisualEncoder);
        var config = WithEncoders(tiny with
        {
            AudioCtcHead = hears && trained.AudioCtcHead,
            AudioCtcRate = trained.AudioCtcRate,
            VideoCtcHead = sees && trained.VideoCtcHead,
            AudioRate = options.AudioRate ?? (hears ? trained.AudioRate : 1),
            VideoRate = options.VideoRate ?? (sees ? trained.VideoRate : 1),
            Compression = trained.Compression,
            StandardizeWaveform = trained.StandardizeWaveform,
            PadAudioTo30Seconds = trained.PadAudioTo30Seconds,
            Compatibility = trained.Compatibility,
        });
        if (trained.VisualLora is not null)
            config = config with { VisualLora = trained.VisualLora };
        var model = new AvsrModel(config, source.Model.Tokenizer);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weights = source.Model.state_dict();
        foreach (var (name, tensor) in model.state_dict())
        {
            if (!name.StartsWith("projector.", StringComparison.Ordinal) && !name.StartsWith("llm.", StringComparison.Ordinal))
                tensor.copy_(weights[name]);
        }
        return new BuiltModel(model, hears, sees, false, false) { PretrainedHeads = true };
    }

    private AvsrModelConfig WithEncoders(AvsrModelConfig config) => config with
    {
        VisualLora = config.VisualEncoder is null ? null : options.VisualLora,
        Projector = config.Projector with
        {
            Hidden = options.ExpertWidth ?? config.Projector.Hidden,
            CommonWidth = options.CommonWidth ?? config.Projector.CommonWidth,
            SharedExpert = options.SharedExpert,
            PresenceRouting = options.PresenceRouting,
        },
        AudioCompressions = options.AudioCompressions,
        VideoCompressions = options.VideoCompressions,
    };

    private BuiltModel BeforeLanguageModel(string path, WhisperEncoder? audio, AvHubertEncoder? video)
    {
        using var folder = HuggingFaceFolder.Open(path);
        var tokenizer = SpeechTokenizer.FromHuggingFaceFolder(path);
        var stored = LlamaConfig.FromJson(folder.Config).VocabularySize;
        if (tokenizer.VocabularySize < stored)
            throw new CheckpointException(path, "vocab_size", $"the weights have {stored} tokens, the tokenizer with its delimiters {tokenizer.VocabularySize}");
        var lora = options.LanguageModelLora
            ?? (options.LanguageModelTraining is PartTraining.Auto or PartTraining.Adapters ? AvsrTrainerOptions.ReferenceLora : null);
        var llm = LlamaFactory.FromHuggingFace(folder, tokenizer.VocabularySize - stored, lora);
        var tiny = TinyPreset.Create(options, tokenizer, audio?.Config, audioFeatures, videoFeatures, video?.Config);
        var config = WithEncoders(tiny with
        {
            // As the reference has it: no input norms, tokens of unit scale, prompts after the blocks.
            Projector = new ProjectorConfig
            {
                Routing = options.Routing, Experts = options.Experts, TopK = options.TopK, VideoExperts = options.VideoExperts, VideoTopK = options.VideoTopK,
                Hidden = ReferenceExpertWidth, OutputWidth = llm.Config.Width,
                AudioWidth = tiny.Projector.AudioWidth, VideoWidth = tiny.Projector.VideoWidth, CommonWidth = options.CommonWidth,
            },
            LanguageModel = llm.Config,
            Lora = lora,
            AudioPrompt = ReferencePrompts.Audio,
            VideoPrompt = ReferencePrompts.Video,
            AudioVisualPrompt = ReferencePrompts.AudioVisual,
        });
        return new BuiltModel(new AvsrModel(config, tokenizer, audio, video, llm), audio is not null, video is not null, true, false);
    }

    private WhisperEncoder? LoadAudioEncoder()
    {
        if (options.AudioEncoderFolder is null)
            return null;
        using var folder = HuggingFaceFolder.Open(options.AudioEncoderFolder);
        return WhisperEncoderFactory.FromHuggingFace(folder);
    }

    private AvHubertEncoder? LoadVisualEncoder() =>
        options.VisualEncoderPath is { } path ? AvHubertFactory.FromFile(path, options.VisualLora) : null;

    /// <summary>A whole model, as this library saves it or as it was published.</summary>
    private BuiltModel Whole(string path)
    {
        var model = Directory.Exists(path)
            ? AvsrModelFolder.Load(path).Model
            : PublishedLayout.Open(path, SpeechTokenizer.FromHuggingFaceFolder(options.LanguageModelFolder!));
        try
        {
            if (model.Config.AvHubertStreams != AvHubertStreams.Video)
                throw new ArgumentException($"{nameof(options.InitialModel)} = {path}: its AV-HuBERT takes sound ({model.Config.AvHubertStreams}); only models whose AV-HuBERT sees alone can be trained.", nameof(options));
            if ((model.Config.Supported & options.Modalities) == Modality.None)
                throw new ArgumentException($"{nameof(options.InitialModel)} = {path}: it takes {model.Config.Supported}, and the clips have {options.Modalities}.", nameof(options));
            if (model.Config.AudioFeatureWidth != audioFeatures && model.Config.Supported.HasFlag(Modality.Audio) && options.Modalities.HasFlag(Modality.Audio))
                throw Encoded(path, "sound", model.Config.AudioFeatureWidth, audioFeatures);
            if (model.Config.VideoFeatureWidth != videoFeatures && model.Config.Supported.HasFlag(Modality.Video) && options.Modalities.HasFlag(Modality.Video))
                throw Encoded(path, "picture", model.Config.VideoFeatureWidth, videoFeatures);
            model = WithAdapters(path, model);
            return new BuiltModel(model, true, true, true, true);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ArgumentException Encoded(string path, string stream, int? model, int? clips)
    {
        static string Say(int? width) => width is { } w ? $"features of width {w}" : "clips";
        return new($"{nameof(AvsrTrainerOptions.InitialModel)} = {path}: it takes {Say(model)} for the {stream}, and the examples have {Say(clips)}.", nameof(options));
    }

    /// <summary>Adds the adapters that the options ask for and the model lacks.</summary>
    private AvsrModel WithAdapters(string path, AvsrModel model)
    {
        var config = model.Config;
        var lora = Choose(config.Lora, options.LanguageModelLora, nameof(options.LanguageModelLora));
        var visual = Choose(config.VisualLora, options.VisualLora, nameof(options.VisualLora));
        if (lora == config.Lora && visual == config.VisualLora)
            return model;
        var adapted = new AvsrModel(config with { Lora = lora, VisualLora = visual }, model.Tokenizer);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var source = model.state_dict();
        foreach (var (name, tensor) in adapted.state_dict())
        {
            if (source.TryGetValue(name, out var value))
                tensor.copy_(value);
        }
        model.Dispose();
        return adapted;

        LoraConfig? Choose(LoraConfig? has, LoraConfig? wanted, string option) => has is null || wanted is null || has == wanted ? has ?? wanted
            : throw new ArgumentException($"{nameof(options.InitialModel)} = {path} has other adapters than {option}; leave that null to train on with those that it has.", nameof(options));
    }
}
