using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Which parameters of a model a run changes, and when.</summary>
internal sealed class TrainingPlan
{
    private const string Adapter = ".lora_";
    private readonly BuiltModel _built;
    private readonly bool _embeddings;
    private readonly bool _isLow;

    /// <exception cref="ArgumentOutOfRangeException">An option asks for what a part does not have.</exception>
    public TrainingPlan(BuiltModel built, AvsrTrainerOptions options)
    {
        _built = built;
        _embeddings = options.TrainEmbeddings;
        _isLow = options.Precision == TrainingPrecision.BFloat16;
        var config = built.Model.Config;
        Audio = Encoder(options.AudioEncoderTraining, null, nameof(options.AudioEncoderTraining));
        Video = Encoder(options.VisualEncoderTraining, config.VisualLora, nameof(options.VisualEncoderTraining));
        LanguageModel = options.LanguageModelTraining == PartTraining.Auto
            ? config.Lora is null ? PartTraining.Whole : PartTraining.Adapters
            : options.LanguageModelTraining;
        OptionCheck.Require(LanguageModel != PartTraining.Adapters || config.Lora is not null, nameof(options.LanguageModelTraining), LanguageModel, "the language model has no adapters; set LanguageModelLora.");
        OptionCheck.Require(built.PretrainedLanguageModel || LanguageModel == PartTraining.Whole, nameof(options.LanguageModelTraining), LanguageModel, "a language model from scratch trains as a whole.");
        OptionCheck.Require(options.ProjectorTraining != PartTraining.Adapters, nameof(options.ProjectorTraining), options.ProjectorTraining, "projectors have no adapters.");
        OptionCheck.Require(built.PretrainedProjector || options.ProjectorTraining != PartTraining.Frozen, nameof(options.ProjectorTraining), options.ProjectorTraining, "a projector from scratch must train.");
        Projector = options.ProjectorTraining == PartTraining.Frozen ? PartTraining.Frozen : PartTraining.Whole;
    }

    /// <summary>The audio encoder in the last stage.</summary>
    public PartTraining Audio { get; }

    /// <summary>The visual encoder in the last stage.</summary>
    public PartTraining Video { get; }

    /// <summary>The language model.</summary>
    public PartTraining LanguageModel { get; }

    /// <summary>The projector.</summary>
    public PartTraining Projector { get; }

    /// <summary>Whether the audio encoder first learns with CTC.</summary>
    public bool AudioFromScratch => _built.Model.AudioCtc is not null && !_built.PretrainedAudio;

    /// <summary>Whether a CTC head learns over a pretrained audio encoder that stays as it is.</summary>
    public bool AudioHeadAlone => _built.Model.AudioCtc is not null && _built.PretrainedAudio && !_built.PretrainedHeads && Audio == PartTraining.Frozen;

    /// <summary>Whether the visual encoder first learns with CTC.</summary>
    public bool VideoFromScratch => _built.Model.VideoCtc is not null && !_built.PretrainedVideo;

    /// <summary>Whether a checkpoint holds a tensor: pretrained ones that never change are in their own files.</summary>
    public bool IsStored(string name)
    {
        var part = name[..name.IndexOf('.', StringComparison.Ordinal)];
        var (pretrained, training) = part switch
        {
            "audio_encoder" => (_built.PretrainedAudio, Audio),
            "video_encoder" => (_built.PretrainedVideo, Video),
            "llm" => (_built.PretrainedLanguageModel, LanguageModel),
            "projector" => (_built.PretrainedProjector, Projector),
            _ => (_built.PretrainedHeads, PartTraining.Frozen), // CTC heads
        };
        if (!pretrained || training == PartTraining.Whole)
            return true;
        return (training == PartTraining.Adapters && IsAdapter(name)) || (_embeddings && IsEmbedding(name));
    }

    /// <summary>The pretrained parts that keep the weights of their files, but for adapters and embeddings that train.</summary>
    public IReadOnlyList<FrozenWeights> Frozen() =>
    [
        .. _built.Files
            .Where(file => file.Part switch { FrozenParts.Audio => Audio, FrozenParts.Video => Video, _ => LanguageModel } != PartTraining.Whole)
            .Select(file => file with
            {
                Own = [.. _built.Model.state_dict().Keys.Where(name => name.StartsWith(file.Part + ".", StringComparison.Ordinal) && (IsStored(name) || IsAdapter(name)))],
            }),
    ];

    /// <summary>Marks what the last stage trains, and sets dropout and batch norms to match.</summary>
    public void BeginLastStage()
    {
        var model = _built.Model;
        Apply(model.AudioEncoder, Audio);
        Apply(model.VisualEncoder, Video);
        Apply(model.AudioCtc, PartTraining.Frozen);
        Apply(model.VideoCtc, PartTraining.Frozen);
        Apply(model.Projector, Projector);
        Apply(model.LanguageModel, LanguageModel);
        // Adapters of the language model have dropout of their own; an encoder's batch norms must keep their statistics.
        model.Projector.train(Projector == PartTraining.Whole);
        model.LanguageModel.train(LanguageModel != PartTraining.Frozen);
        if (!_embeddings)
            return;
        foreach (var (name, parameter) in model.LanguageModel.named_parameters())
        {
            if (IsEmbedding(name))
                parameter.requires_grad = true;
        }
    }

    /// <summary>The table of the model's parts, over all stages of the run.</summary>
    public IReadOnlyList<ModuleSummary> Summarize()
    {
        var rows = new SortedDictionary<string, ModuleSummary>(StringComparer.Ordinal);
        foreach (var (name, parameter) in _built.Model.named_parameters())
        {
            var part = name[..name.IndexOf('.', StringComparison.Ordinal)];
            var row = IsAdapter(name) ? part + ".lora" : part;
            var count = parameter.numel();
            var trained = IsTrained(part, name) ? count : 0;
            var low = _isLow && (part is "projector" or "llm");
            var type = low ? ScalarType.BFloat16 : parameter.dtype;
            var size = low ? 2 : parameter.element_size();
            var bytes = count * size;
            // A gradient in the parameter's type, two moments in the optimiser's, and with fewer bits a float32 copy.
            var training = trained * (size + 2 * (low ? sizeof(float) : size) + (low ? sizeof(float) : 0));
            rows[row] = rows.TryGetValue(row, out var sum)
                ? sum with { Parameters = sum.Parameters + count, Trainable = sum.Trainable + trained, WeightBytes = sum.WeightBytes + bytes, TrainingBytes = sum.TrainingBytes + training }
                : new ModuleSummary(row, count, trained, type.ToString().ToLowerInvariant(), bytes, training);
        }
        return [.. rows.Values];
    }

    private static PartTraining Encoder(PartTraining asked, LoraConfig? lora, string option)
    {
        OptionCheck.Require(asked != PartTraining.Adapters || lora is not null, option, asked, option == nameof(AvsrTrainerOptions.AudioEncoderTraining)
            ? "Whisper has no adapters here; use Frozen or Whole." : "the visual encoder has no adapters; set VisualLora.");
        return asked != PartTraining.Auto ? asked : lora is null ? PartTraining.Frozen : PartTraining.Adapters;
    }

    private bool IsTrained(string part, string name) => part switch
    {
        "audio_encoder" => AudioFromScratch || Takes(Audio, name),
        "video_encoder" => VideoFromScratch || Takes(Video, name),
        "audio_ctc" => AudioFromScratch || AudioHeadAlone,
        "video_ctc" => VideoFromScratch,
        "projector" => Projector == PartTraining.Whole,
        _ => Takes(LanguageModel, name) || (_embeddings && IsEmbedding(name)),
    };

    private static bool Takes(PartTraining training, string name) =>
        training == PartTraining.Whole || (training == PartTraining.Adapters && IsAdapter(name));

    private static bool IsAdapter(string name) => name.Contains(Adapter, StringComparison.Ordinal);

    private static bool IsEmbedding(string name) => name.EndsWith("model.embed_tokens.weight", StringComparison.Ordinal);

    private static void Apply(nn.Module? module, PartTraining training)
    {
        if (module is null)
            return;
        module.train(training == PartTraining.Whole);
        foreach (var (name, parameter) in module.named_parameters())
            parameter.requires_grad = Takes(training, name);
    }
}
