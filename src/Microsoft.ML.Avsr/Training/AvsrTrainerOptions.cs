using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Everything that decides how a model is trained. The defaults are the <c>Tiny</c> preset: every part from scratch on a CPU.
/// The attributes are the ranges that AutoML sweeps.
/// </summary>
public sealed partial record AvsrTrainerOptions
{
    /// <summary>How experts and routers are shared between audio and video (paper: figure 2). The paper's best is DEDR.</summary>
    [Choice(new object[] { ProjectorRouting.Dense, ProjectorRouting.Jejr, ProjectorRouting.Jedr, ProjectorRouting.Dedr }, ProjectorRouting.Dedr)]
    public ProjectorRouting Routing { get; init; } = ProjectorRouting.Dedr;

    /// <summary>Experts per pool (N). 1 to 64; the reference's default is 4.</summary>
    [Range(2, 8, 4)]
    public int Experts { get; init; } = 4;

    /// <summary>Experts chosen per token (K). 1 to <see cref="Experts"/>; the reference's default is 2.</summary>
    [Range(1, 2, 2)]
    public int TopK { get; init; } = 2;

    /// <summary>Experts for video where they are not as many as for audio (DEDR); <see langword="null"/> is <see cref="Experts"/>. 1 to 64.</summary>
    public int? VideoExperts { get; init; }

    /// <summary>Experts per video token where they are not as many as for audio (DEDR, JEDR); <see langword="null"/> is <see cref="TopK"/>. 1 to 64.</summary>
    public int? VideoTopK { get; init; }

    /// <summary>Weight of the load-balance loss (reference: 0.01).</summary>
    [Range(1e-3, 0.1, 0.01, true)]
    public double LoadBalanceWeight { get; init; } = 0.01;

    /// <summary>Weight of the router z-loss (reference: 0.001).</summary>
    public double RouterZWeight { get; init; } = 0.001;

    /// <summary>Weight of the attention-sink loss (arXiv 2510.22603), which helps at high compression; 0 leaves it out. 0 to 1,000,000; its authors use 10,000.</summary>
    public double SinkLossWeight { get; init; }

    /// <summary>Folder of a pretrained Whisper model (Hugging Face layout) whose encoder is used frozen; <see langword="null"/> trains a small one.</summary>
    public string? AudioEncoderFolder { get; init; }

    /// <summary>
    /// A pretrained AV-HuBERT (fairseq's <c>.pt</c>, or <c>.safetensors</c> with its names), used frozen unless <see cref="VisualLora"/> or
    /// <see cref="VisualEncoderTraining"/> says otherwise; <see langword="null"/> trains a small one.
    /// </summary>
    public string? VisualEncoderPath { get; init; }

    /// <summary>Shape of a visual encoder that trains from scratch; <see langword="null"/> is <see cref="VisualEncoderConfig.Tiny"/>. Without fusion.</summary>
    public VisualEncoderConfig? VisualEncoder { get; init; }

    /// <summary>
    /// A folder of <see cref="Recognition.AvsrModelFolder"/> whose encoders, CTC heads and tokenizer are used as they are: only projector and language
    /// model train. So several projectors are compared over the same encoders, which train once. <see langword="null"/> takes none.
    /// </summary>
    public string? EncodersFrom { get; init; }

    /// <summary>
    /// A pretrained Llama or Qwen2 (a Hugging Face folder with its tokenizer), which gets low-rank adapters; <see langword="null"/> trains a small one.
    /// With a published <see cref="InitialModel"/>, the folder of its tokenizer.
    /// </summary>
    public string? LanguageModelFolder { get; init; }

    /// <summary>A whole model to start from: a folder of <see cref="Recognition.AvsrModelFolder"/>, or a published file. It decides the architecture.</summary>
    public string? InitialModel { get; init; }

    /// <summary>Low-rank adapters of the language model; <see langword="null"/> gives a pretrained one <see cref="ReferenceLora"/> unless it trains otherwise.</summary>
    public LoraConfig? LanguageModelLora { get; init; }

    /// <summary>Low-rank adapters of the visual encoder (reference: <see cref="LoraConfig.AvHubertReference"/> for models that only see); <see langword="null"/> adds none.</summary>
    public LoraConfig? VisualLora { get; init; }

    /// <summary>What the last stage changes in the audio encoder.</summary>
    public PartTraining AudioEncoderTraining { get; init; }

    /// <summary>What the last stage changes in the visual encoder.</summary>
    public PartTraining VisualEncoderTraining { get; init; }

    /// <summary>What is changed in the language model.</summary>
    public PartTraining LanguageModelTraining { get; init; }

    /// <summary>What is changed in the projector; only that of an <see cref="InitialModel"/> can be frozen.</summary>
    public PartTraining ProjectorTraining { get; init; }

    /// <summary>Trains the table of token embeddings beside the adapters (and with it a tied output map). The reference does not.</summary>
    public bool TrainEmbeddings { get; init; }

    /// <summary>Inner width of an expert; <see langword="null"/> is 192 before a language model from scratch and 2048, the reference's, before a pretrained one. 1 to 65536.</summary>
    public int? ExpertWidth { get; init; }

    /// <summary>Maps modalities of another width to this one first, so that joint experts take unequal encoders; <see langword="null"/> does so only before a language model from scratch. 1 to 65536.</summary>
    public int? CommonWidth { get; init; }

    /// <summary>The reference's adapters for language models of 1B and 3B: queries and values, reduction 32, alpha 4, starting at zero.</summary>
    public static LoraConfig ReferenceLora { get; } = LoraConfig.OfReference(32, 4);

    /// <summary>Streams to learn from. Restrict it to train a recogniser for sound or picture alone.</summary>
    public Modality Modalities { get; init; } = Modality.AudioVisual;

    /// <summary>Audio encoder frames per token; <see langword="null"/> takes what gives 12.5 tokens per second. 1 to 64.</summary>
    public int? AudioRate { get; init; }

    /// <summary>Video encoder frames per token; <see langword="null"/> takes what gives 12.5 tokens per second. 1 to 64.</summary>
    public int? VideoRate { get; init; }

    /// <summary>Most tokens of the vocabulary that is built from the transcripts. 300 to 65536.</summary>
    public int MaxVocabulary { get; init; } = 512;

    /// <summary>How long to train.</summary>
    public TrainingBudget Budget { get; init; } = TrainingBudget.Epochs(encoder: 16, languageModel: 12);

    /// <summary>Seed of weights, order, augmentation and dropout.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Clips per step of the encoders' CTC stage. 1 to 4096. Small batches leave the plateau of blanks sooner.</summary>
    public int EncoderBatchSize { get; init; } = 8;

    /// <summary>Clips per step of the projector and language model. 1 to 4096. Small batches learn faster at equal epochs.</summary>
    public int BatchSize { get; init; } = 2;

    /// <summary>Peak learning rate of the encoders' CTC stage.</summary>
    public double EncoderLearningRate { get; init; } = 1e-3;

    /// <summary>Peak learning rate of the projector and language model (reference: 1e-3 for ASR and AVSR).</summary>
    [Range(1e-4, 3e-3, 1e-3, true)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Decoupled weight decay of matrices; vectors are not decayed (reference: 0.1 on everything trainable).</summary>
    [Range(1e-3, 0.1, 0.01, true)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Steps of linear warm-up, at most a tenth of a stage.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Largest global gradient norm (reference: 10).</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Signal-to-noise ratios of the babble that is mixed in, in decibels (reference: these and clean).</summary>
    public IReadOnlyList<double> NoiseSnrs { get; init; } = [-5, 0, 5, 10, 15, 20];

    /// <summary>Share of clips that stay clean while an audio encoder trains (reference: 1 of 7). 0 to 1.</summary>
    public double CleanShare { get; init; } = 1.0 / 7;

    /// <summary>Noisy versions of every clip that are encoded once and kept, beside the clean one. 0 to 64.</summary>
    public int NoisyVersions { get; init; } = 3;

    /// <summary>Augmented passes of every clip's video that are encoded once and kept, beside the plain one. 0 to 64.</summary>
    public int VideoPasses { get; init; } = 5;

    /// <summary>Share of steps that use sound alone. The three shares make modality dropout: one model serves all three.</summary>
    public double AudioShare { get; init; } = 0.3;

    /// <summary>Share of steps that use the picture alone.</summary>
    public double VideoShare { get; init; } = 0.3;

    /// <summary>Share of steps that use both.</summary>
    public double AudioVisualShare { get; init; } = 0.4;

    /// <summary>Steps between records of how experts are used (<see cref="TrainedModel.RoutingHistory"/>); 0 for none. 0 to 10,000,000.</summary>
    public int RoutingEverySteps { get; init; }

    /// <summary>
    /// A folder for the features of frozen encoders, kept under the hashes of clip, encoder and variation; <see langword="null"/> keeps them in
    /// memory only.
    /// </summary>
    public string? FeatureCacheFolder { get; init; }

    /// <summary>
    /// A folder of <see cref="Recognition.AvsrModelFolder"/> whose model has a dense projector: every expert starts as that projector (upcycling).
    /// <see langword="null"/> starts experts at random.
    /// </summary>
    public string? UpcycleFrom { get; init; }

    /// <summary>Random change of upcycled experts, as a share of each matrix's standard deviation: equal experts would stay equal. 0 to 10.</summary>
    public double UpcycleNoise { get; init; } = 0.05;

    /// <summary>Batches whose gradients are averaged before each optimiser step: larger steps in the memory of small ones. 1 to 1024.</summary>
    public int AccumulatedBatches { get; init; } = 1;

    /// <summary>Where checkpoints go and whether to go on from one; <see langword="null"/> writes none.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>What cancellation does. A checkpoint is written first where <see cref="Checkpoints"/> is set.</summary>
    public StopBehavior OnCancellation { get; init; }

    /// <summary>What a loss that is infinite, not a number, or exploded does.</summary>
    public StopBehavior OnDivergence { get; init; }

    /// <summary>A loss above this multiple of the smoothed one (or of 1, if that is more) counts as exploded. 2 to 1e12.</summary>
    public double ExplosionFactor { get; init; } = 100;

    /// <summary>Checks every value before any work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    /// <exception cref="DirectoryNotFoundException"><see cref="AudioEncoderFolder"/> does not exist.</exception>
    public AvsrTrainerOptions Validate()
    {
        OptionCheck.Range(Experts, 1, 64, nameof(Experts));
        OptionCheck.Range(TopK, 1, 64, nameof(TopK));
        OptionCheck.Require(Enum.IsDefined(Routing), nameof(Routing), Routing, "not a routing.");
        OptionCheck.Require(Routing == ProjectorRouting.Dense || TopK <= Experts, nameof(TopK), TopK, $"more experts per token than there are (Experts = {Experts}).");
        OptionCheck.Range(LoadBalanceWeight, 0, 100, nameof(LoadBalanceWeight));
        OptionCheck.Range(RouterZWeight, 0, 100, nameof(RouterZWeight));
        OptionCheck.Range(SinkLossWeight, 0, 1_000_000, nameof(SinkLossWeight));
        OptionCheck.Range(AudioRate ?? 1, 1, 64, nameof(AudioRate));
        OptionCheck.Range(VideoRate ?? 1, 1, 64, nameof(VideoRate));
        OptionCheck.Range(MaxVocabulary, 300, 65536, nameof(MaxVocabulary));
        OptionCheck.Range(EncoderBatchSize, 1, 4096, nameof(EncoderBatchSize));
        OptionCheck.Range(BatchSize, 1, 4096, nameof(BatchSize));
        OptionCheck.Range(EncoderLearningRate, 1e-8, 1, nameof(EncoderLearningRate));
        OptionCheck.Range(LearningRate, 1e-8, 1, nameof(LearningRate));
        OptionCheck.Range(WeightDecay, 0, 10, nameof(WeightDecay));
        OptionCheck.Range(WarmupSteps, 0, 1_000_000, nameof(WarmupSteps));
        OptionCheck.Range(MaxGradientNorm, 1e-6, 1e6, nameof(MaxGradientNorm));
        OptionCheck.Range(CleanShare, 0, 1, nameof(CleanShare));
        OptionCheck.Range(NoisyVersions, 0, 64, nameof(NoisyVersions));
        OptionCheck.Range(VideoPasses, 0, 64, nameof(VideoPasses));
        OptionCheck.Range(VideoExperts ?? 1, 1, 64, nameof(VideoExperts));
        OptionCheck.Range(VideoTopK ?? 1, 1, 64, nameof(VideoTopK));
        OptionCheck.Require(VideoExperts is null || Routing == ProjectorRouting.Dedr, nameof(VideoExperts), VideoExperts, $"with {Routing} both modalities share their experts; leave it null.");
        OptionCheck.Require(VideoTopK is null || Routing is ProjectorRouting.Dedr or ProjectorRouting.Jedr, nameof(VideoTopK), VideoTopK, $"with {Routing} there is no router for video alone; leave it null.");
        OptionCheck.Require(VideoTopK is null || VideoTopK <= (VideoExperts ?? Experts), nameof(VideoTopK), VideoTopK, "more experts per token than there are.");
        OptionCheck.Require(VideoExperts is null || (VideoTopK ?? TopK) <= VideoExperts, nameof(VideoExperts), VideoExperts, $"fewer than each token goes through ({VideoTopK ?? TopK}).");
        OptionCheck.Range(RoutingEverySteps, 0, 10_000_000, nameof(RoutingEverySteps));
        OptionCheck.Range(UpcycleNoise, 0, 10, nameof(UpcycleNoise));
        OptionCheck.Require(UpcycleFrom is null || Directory.Exists(UpcycleFrom), nameof(UpcycleFrom), UpcycleFrom, "no such folder.");
        OptionCheck.Require(UpcycleFrom is null || (Routing != ProjectorRouting.Dense && InitialModel is null), nameof(UpcycleFrom), UpcycleFrom, "there are no fresh experts to start; leave it null.");
        OptionCheck.Range(AccumulatedBatches, 1, 1024, nameof(AccumulatedBatches));
        OptionCheck.Range(ExplosionFactor, 2, 1e12, nameof(ExplosionFactor));
        OptionCheck.Require(Enum.IsDefined(OnCancellation), nameof(OnCancellation), OnCancellation, "not a behaviour.");
        OptionCheck.Require(Enum.IsDefined(OnDivergence), nameof(OnDivergence), OnDivergence, "not a behaviour.");
        Checkpoints?.Validate();
        foreach (var snr in NoiseSnrs)
            OptionCheck.Range(snr, -100, 200, nameof(NoiseSnrs));
        OptionCheck.Range(AudioShare, 0, 1, nameof(AudioShare));
        OptionCheck.Range(VideoShare, 0, 1, nameof(VideoShare));
        OptionCheck.Range(AudioVisualShare, 0, 1, nameof(AudioVisualShare));
        OptionCheck.Require(AudioShare + VideoShare + AudioVisualShare > 0, nameof(AudioVisualShare), AudioVisualShare, "the three shares sum to 0.");
        OptionCheck.Require(Modalities is Modality.Audio or Modality.Video or Modality.AudioVisual, nameof(Modalities), Modalities, "choose Audio, Video or AudioVisual.");
        ValidateParts();
        ValidateRecipe();
        if (AudioEncoderFolder is not null && !Directory.Exists(AudioEncoderFolder))
            throw new DirectoryNotFoundException($"{nameof(AudioEncoderFolder)} '{AudioEncoderFolder}' does not exist.");
        return this;
    }

    private void ValidateParts()
    {
        OptionCheck.Range(ExpertWidth ?? 1, 1, 65536, nameof(ExpertWidth));
        OptionCheck.Range(CommonWidth ?? 1, 1, 65536, nameof(CommonWidth));
        OptionCheck.Require(Enum.IsDefined(AudioEncoderTraining), nameof(AudioEncoderTraining), AudioEncoderTraining, "not a kind of training.");
        OptionCheck.Require(Enum.IsDefined(VisualEncoderTraining), nameof(VisualEncoderTraining), VisualEncoderTraining, "not a kind of training.");
        OptionCheck.Require(Enum.IsDefined(LanguageModelTraining), nameof(LanguageModelTraining), LanguageModelTraining, "not a kind of training.");
        OptionCheck.Require(Enum.IsDefined(ProjectorTraining), nameof(ProjectorTraining), ProjectorTraining, "not a kind of training.");
        LanguageModelLora?.Validate();
        VisualLora?.Validate();
        OptionCheck.Require(LanguageModelLora is null || LanguageModelFolder is not null || InitialModel is not null, nameof(LanguageModelLora), LanguageModelLora, "a language model from scratch trains as a whole; name a pretrained one in LanguageModelFolder.");
        OptionCheck.Require(VisualLora is null || VisualEncoderPath is not null || InitialModel is not null, nameof(VisualLora), VisualLora, "a visual encoder from scratch trains as a whole; name a pretrained one in VisualEncoderPath.");
        OptionCheck.Require(InitialModel is null || (AudioEncoderFolder is null && VisualEncoderPath is null), nameof(InitialModel), InitialModel, "is a whole model; leave AudioEncoderFolder and VisualEncoderPath null.");
        OptionCheck.Require(InitialModel is null || Directory.Exists(InitialModel) || File.Exists(InitialModel), nameof(InitialModel), InitialModel, "no such folder or file.");
        OptionCheck.Require(InitialModel is null || Directory.Exists(InitialModel) || LanguageModelFolder is not null, nameof(LanguageModelFolder), LanguageModelFolder, "a published file needs the folder of its tokenizer.");
        OptionCheck.Require(EncodersFrom is null || Directory.Exists(EncodersFrom), nameof(EncodersFrom), EncodersFrom, "no such folder.");
        OptionCheck.Require(EncodersFrom is null || (AudioEncoderFolder ?? VisualEncoderPath ?? LanguageModelFolder ?? InitialModel) is null, nameof(EncodersFrom), EncodersFrom,
            "has encoders and tokenizer; leave AudioEncoderFolder, VisualEncoderPath, LanguageModelFolder and InitialModel null.");
        OptionCheck.Require(VisualEncoder is null || (EncodersFrom ?? VisualEncoderPath ?? InitialModel) is null, nameof(VisualEncoder), VisualEncoder, "is for an encoder from scratch; another option names one that is trained.");
        OptionCheck.Require(VisualEncoder is null || VisualEncoder.Fusion == ModalityFusion.None, nameof(VisualEncoder), VisualEncoder?.Fusion, "an encoder from scratch only sees; set its Fusion to None.");
        VisualEncoder?.Validated();
        OptionCheck.Require(VisualEncoderPath is null || File.Exists(VisualEncoderPath), nameof(VisualEncoderPath), VisualEncoderPath, "no such file.");
        if (LanguageModelFolder is not null && !Directory.Exists(LanguageModelFolder))
            throw new DirectoryNotFoundException($"{nameof(LanguageModelFolder)} '{LanguageModelFolder}' does not exist.");
    }
}
