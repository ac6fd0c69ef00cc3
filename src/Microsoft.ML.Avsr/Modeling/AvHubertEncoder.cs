using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>AV-HuBERT: mouth pictures, log-filterbanks, or both, to features (specification 4).</summary>
/// <remarks>
/// State-dictionary names are fairseq's. With <see cref="ModalityFusion.None"/> the same class is a small video encoder:
/// the same front end and blocks with other sizes. With a mask, a row of a padded batch gets what it would get alone.
/// </remarks>
public sealed class AvHubertEncoder : Module<Tensor?, Tensor?, Tensor?, EncodedSequence>
{
    private readonly AudioFeatureExtractor? feature_extractor_audio;
    private readonly VideoFeatureExtractor feature_extractor_video;
    private readonly LinearLayer? post_extract_proj;
    private readonly SpeechTransformer encoder;
    private readonly LayerNormLayer? layer_norm;

    /// <summary>Makes an encoder.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="lora">Low-rank adapters on queries and values; null is none.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public AvHubertEncoder(VisualEncoderConfig config, LoraConfig? lora = null, ModuleConstruction? construction = null)
        : base(nameof(AvHubertEncoder))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config.Validated();
        Lora = lora;
        lora?.Validate();
        if (lora is not null && (lora.Targets & ~LoraTargets.QueryValue) != 0)
            throw new ArgumentException($"LoraConfig.Targets is {lora.Targets}; AV-HuBERT adapts queries and values only.", nameof(lora));
        var make = construction ?? ModuleConstruction.Default;
        feature_extractor_video = new VideoFeatureExtractor(config, make);
        if (config.Fusion != ModalityFusion.None)
        {
            feature_extractor_audio = new AudioFeatureExtractor(config, make);
            var joint = config.Fusion == ModalityFusion.Concatenate ? 2 * config.Width : config.Width;
            layer_norm = new LayerNormLayer(joint, make);
            if (joint != config.Width)
                post_extract_proj = new LinearLayer(joint, config.Width, hasBias: true, make);
        }
        encoder = new SpeechTransformer(config, lora, make);
        RegisterComponents();
    }

    /// <summary>The encoder's shape.</summary>
    public VisualEncoderConfig Config { get; }

    /// <summary>Its low-rank adapters; null is none.</summary>
    public LoraConfig? Lora { get; }

    /// <summary>Whether the adapters are at present part of the projections' weights.</summary>
    public bool AdaptersMerged { get; private set; }

    /// <summary>Whether the front end runs over padded frames as if they were real, as the reference does; off by default.</summary>
    /// <remarks>
    /// The stem's kernel reaches two frames, so the reference's features near the end of a row depend on what its padding holds;
    /// only its transformer respects the mask. Turn this on to compare with the reference.
    /// </remarks>
    public bool ReferencePadding { get; set; }

    /// <summary>The residual network, for comparison with the reference stage by stage.</summary>
    internal VisualResNet FrontEnd => feature_extractor_video.Network;

    /// <summary>Encodes a batch.</summary>
    /// <param name="audio">Stacked log-filterbanks, [batch, frames, audioFeatures], 25 per second; null is no audio.</param>
    /// <param name="video">Normalised mouth pictures, [batch, 1, frames, side, side], 25 per second; null is no video.</param>
    /// <param name="valid">[batch, frames] bool, true for real frames; null when all are.</param>
    /// <returns>Features [batch, ⌈frames / timeStride⌉, width] and their mask.</returns>
    /// <exception cref="ArgumentException">Both inputs are missing, audio is given to an encoder without it, or a shape does not fit.</exception>
    public override EncodedSequence forward(Tensor? audio, Tensor? video, Tensor? valid)
    {
        CheckShapes(audio, video, valid);
        using var scope = NewDisposeScope();
        var sound = audio is null ? null : feature_extractor_audio!.call(audio);              // [batch, time, width]
        var picture = video is null ? null : feature_extractor_video.call(video, ReferencePadding ? null : valid); // [batch, time, width]
        var joined = Fuse(sound, picture);
        if (training && Config.InputDropout > 0)
            joined = functional.dropout(joined, Config.InputDropout, true);
        var mask = valid is null ? null : PaddingMask.Subsample(valid, Config.TimeStride);    // [batch, time]
        var features = encoder.call(joined, mask);
        return new EncodedSequence(features.MoveToOuterDisposeScope(), mask?.MoveToOuterDisposeScope());
    }

    /// <summary>Adds the adapters to the projections' weights: inference without their cost.</summary>
    /// <remarks>Nothing happens without adapters, or when they are merged already.</remarks>
    public void MergeAdapters()
    {
        if (Lora is null || AdaptersMerged)
            return;
        encoder.MergeAdapters(Lora.Scale, active: false);
        AdaptersMerged = true;
    }

    /// <summary>Takes the adapters out of the projections' weights again (equal up to rounding).</summary>
    public void UnmergeAdapters()
    {
        if (Lora is null || !AdaptersMerged)
            return;
        encoder.MergeAdapters(-Lora.Scale, active: true);
        AdaptersMerged = false;
    }

    /// <summary>Joins the modalities; a missing one is zeros (specification 4.3).</summary>
    private Tensor Fuse(Tensor? sound, Tensor? picture)
    {
        if (layer_norm is null)
            return picture!;
        var audioPart = sound ?? zeros_like(picture!);
        var videoPart = picture ?? zeros_like(sound!);
        var joined = Config.Fusion == ModalityFusion.Concatenate
            ? cat([audioPart, videoPart], 2) // [batch, time, 2 · width]
            : audioPart.add(videoPart);      // [batch, time, width]
        joined = layer_norm.call(joined);
        return post_extract_proj is null ? joined : post_extract_proj.call(joined);
    }

    private void CheckShapes(Tensor? audio, Tensor? video, Tensor? valid)
    {
        if (audio is null && video is null)
            throw new ArgumentException("Audio and video are both missing; give at least one.", nameof(video));
        if (audio is not null && feature_extractor_audio is null)
            throw new ArgumentException($"This encoder has {nameof(ModalityFusion)}.{nameof(ModalityFusion.None)}: it takes video only.", nameof(audio));
        var frames = 0L;
        var batch = 0L;
        if (video is not null)
        {
            var shape = video.shape;
            if (shape.Length != 5 || shape[1] != 1 || shape[2] < 1 || shape[3] != Config.PictureSize || shape[4] != Config.PictureSize)
            {
                throw new ArgumentException(
                    $"The video has shape [{string.Join(", ", shape)}]; [batch, 1, frames, {Config.PictureSize}, {Config.PictureSize}] was expected.", nameof(video));
            }
            (batch, frames) = (shape[0], shape[2]);
        }
        if (audio is not null)
        {
            var shape = audio.shape;
            if (shape.Length != 3 || shape[1] < 1 || shape[2] != Config.AudioFeatures)
                throw new ArgumentException($"The audio has shape [{string.Join(", ", shape)}]; [batch, frames, {Config.AudioFeatures}] was expected.", nameof(audio));
            if (video is not null && (shape[0] != batch || shape[1] != frames))
                throw new ArgumentException($"Audio has {shape[0]} rows of {shape[1]} frames, video {batch} of {frames}; they must agree.", nameof(audio));
            (batch, frames) = (shape[0], shape[1]);
        }
        if (valid is not null && (valid.dtype != ScalarType.Bool || valid.ndim != 2 || valid.shape[0] != batch || valid.shape[1] != frames))
            throw new ArgumentException($"The mask has shape [{string.Join(", ", valid.shape)}] and type {valid.dtype}; [{batch}, {frames}] bool was expected.", nameof(valid));
    }
}
