using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Training;

public sealed partial record AvsrTrainerOptions
{
    /// <summary>Decays every trained parameter, as the reference does; by default matrices only.</summary>
    public bool DecayEverything { get; init; }

    /// <summary>Share of the peak learning rate that is left at the end of a stage (reference: 0). 0 to 1.</summary>
    public double LearningRateFloor { get; init; } = 0.01;

    /// <summary>Share of the probability that is spread over all tokens in the transcript's cross entropy (reference: 0). 0 to 0.9.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// The last stage's weights become the mean of those at the end of its last epochs, tied weights averaged once; 1 takes the last ones (reference:
    /// 1, earlier 4). 1 to 1000.
    /// </summary>
    public int AveragedEpochs { get; init; } = 1;

    /// <summary>
    /// Most frames (25 per second) of a batch of the last stage, instead of <see cref="BatchSize"/>: clips of like length fill batches as in the
    /// reference (1000; 1500 for video and in Omni-AVSR). <see langword="null"/> counts clips. 1 to 10,000,000.
    /// </summary>
    public int? MaxFrames { get; init; }

    /// <summary>Length classes of <see cref="MaxFrames"/> (reference: 400). 1 to 100,000.</summary>
    public int LengthClasses { get; init; } = 400;

    /// <summary>Blanks about one span of up to 0.4 s per second of sound and picture (reference: on; specification 9).</summary>
    public bool AdaptiveTimeMasks { get; init; }

    /// <summary>
    /// Share of the tokens of frozen encoders, sound's or lips', that a step of the last stage blanks, in short spans (reference: 0, masks come before
    /// the encoders only). 0 to 1.
    /// </summary>
    public double MaskedTokens { get; init; } = 0.1;

    /// <summary>
    /// The same for lips in steps that have sound, too. A small visual encoder knows its training clips nearly by heart: with few masks the
    /// language model learns to trust lips more than they deserve. 0 to 1.
    /// </summary>
    public double MaskedVideoTokens { get; init; } = 0.35;

    /// <summary>How mouth crops are varied.</summary>
    public VideoAugmentation VideoAugmentation { get; init; }

    /// <summary>Mirrors half of the varied clips (reference: off; AV-HuBERT's own pre-training: on).</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>Noise to mix in: media files, or folders with WAV files in them. The reference uses one file of babble.</summary>
    public IReadOnlyList<string> NoisePaths { get; init; } = [];

    /// <summary>Mixes in babble made of the other clips' voices; beside <see cref="NoisePaths"/>, in half of the noisy clips.</summary>
    public bool Babble { get; init; } = true;

    /// <summary>Precision of projector and language model in training (reference: bfloat16 throughout).</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>Every step trains all three tasks, weighted, in place of drawing one (Omni-AVSR); <see langword="null"/> draws by the three shares.</summary>
    public TaskWeights? Tasks { get; init; }

    /// <summary>
    /// Further compressions of audio tokens, each a factor on <see cref="AudioRate"/>; every step draws one (Matryoshka, arXiv 2503.06362). The model
    /// then recognises at any of them: see <see cref="Recognition.DecodingOptions.AudioCompression"/>. 2 to 64 each; empty for none.
    /// </summary>
    public IReadOnlyList<int> AudioCompressions { get; init; } = [];

    /// <summary>Further compressions of video tokens, as <see cref="AudioCompressions"/>.</summary>
    public IReadOnlyList<int> VideoCompressions { get; init; } = [];

    /// <summary>One more expert that every token goes through, added to the routed ones (beyond the paper).</summary>
    public bool SharedExpert { get; init; }

    /// <summary>Routers also see which streams a clip has (beyond the paper).</summary>
    public bool PresenceRouting { get; init; }

    /// <summary>The defaults: every part from scratch on a CPU.</summary>
    public static AvsrTrainerOptions Tiny { get; } = new();

    /// <summary>
    /// The reference's recipe for audio-visual models (specification 8, 9, 12; the paper's own values are not known, so Omni-AVSR's, which has the
    /// same data and language model): name the three pretrained parts. Frozen features are computed once, hence a fixed number of noisy and
    /// varied versions of each clip, one for each of the 8 epochs.
    /// </summary>
    public static AvsrTrainerOptions PaperAvsr { get; } = new()
    {
        LearningRate = 1e-3, WeightDecay = 0.1, DecayEverything = true, WarmupSteps = 0, LearningRateFloor = 0, MaxGradientNorm = 10,
        Budget = TrainingBudget.Epochs(encoder: 16, languageModel: 8), MaxFrames = 1500, AudioRate = 4, VideoRate = 2, ExpertWidth = 2048,
        NoiseSnrs = [-5, 0, 5, 10, 15, 20], NoisyVersions = 6, VideoPasses = 7, AdaptiveTimeMasks = true, MaskedTokens = 0, MaskedVideoTokens = 0,
        VideoAugmentation = VideoAugmentation.CropOnly, HorizontalFlip = false, Precision = TrainingPrecision.BFloat16, Seed = 7,
        AudioShare = 0, VideoShare = 0, AudioVisualShare = 1,
    };

    /// <summary>The reference's recipe for models that only hear.</summary>
    public static AvsrTrainerOptions PaperAsr { get; } = PaperAvsr with { Modalities = Modality.Audio };

    /// <summary>The reference's recipe for models that only see: half the learning rate, adapters on AV-HuBERT.</summary>
    public static AvsrTrainerOptions PaperVsr { get; } = PaperAvsr with { Modalities = Modality.Video, LearningRate = 5e-4, VisualLora = LoraConfig.AvHubertReference };

    private void ValidateRecipe()
    {
        OptionCheck.Range(LearningRateFloor, 0, 1, nameof(LearningRateFloor));
        OptionCheck.Range(LabelSmoothing, 0, 0.9, nameof(LabelSmoothing));
        OptionCheck.Range(AveragedEpochs, 1, 1000, nameof(AveragedEpochs));
        OptionCheck.Range(MaxFrames ?? 1, 1, 10_000_000, nameof(MaxFrames));
        OptionCheck.Range(MaskedTokens, 0, 1, nameof(MaskedTokens));
        OptionCheck.Range(MaskedVideoTokens, 0, 1, nameof(MaskedVideoTokens));
        OptionCheck.Range(LengthClasses, 1, 100_000, nameof(LengthClasses));
        OptionCheck.Require(Enum.IsDefined(VideoAugmentation), nameof(VideoAugmentation), VideoAugmentation, "not a kind of variation.");
        OptionCheck.Require(Enum.IsDefined(Precision), nameof(Precision), Precision, "not a precision.");
        foreach (var path in NoisePaths)
            OptionCheck.Require(File.Exists(path) || Directory.Exists(path), nameof(NoisePaths), path, "no such file or folder.");
        foreach (var factor in AudioCompressions)
            OptionCheck.Range(factor, 2, 64, nameof(AudioCompressions));
        foreach (var factor in VideoCompressions)
            OptionCheck.Range(factor, 2, 64, nameof(VideoCompressions));
        OptionCheck.Require(!(SharedExpert || PresenceRouting) || Routing != ProjectorRouting.Dense, SharedExpert ? nameof(SharedExpert) : nameof(PresenceRouting), true, "a dense projector has no experts and no router.");
        if (Tasks is not { } tasks)
            return;
        foreach (var weight in new[] { tasks.Audio, tasks.Video, tasks.AudioVisual })
            OptionCheck.Range(weight, 0, 1000, nameof(Tasks));
        OptionCheck.Require(tasks.Audio + tasks.Video + tasks.AudioVisual > 0, nameof(Tasks), Tasks, "the weights sum to 0.");
    }
}
