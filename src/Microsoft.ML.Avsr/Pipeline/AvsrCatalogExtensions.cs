using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML;

/// <summary>The entrances to audio-visual speech recognition.</summary>
public static class AvsrCatalogExtensions
{
    /// <summary>Makes an <see cref="AvsrEstimator"/>, which learns to write what is said in media files.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The column of transcripts that is added; <c>.Confidence</c>, <c>.Status</c> and <c>.Modality</c> come beside it.</param>
    /// <param name="mediaColumnName">The column of media: paths (text), file contents (vector of byte), or clips.</param>
    /// <param name="labelColumnName">The column of what is said, for training.</param>
    /// <param name="mouthBox">The mouth's box in the frames, in pixels; null where the frames show only the mouth region.</param>
    /// <param name="audioEncoderFolder">Folder of a pretrained Whisper model whose encoder is used frozen; null trains a small one.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public static AvsrEstimator Avsr(this TransformsCatalog catalog, string outputColumnName = "Transcript", string mediaColumnName = "Path",
        string labelColumnName = "Label", MouthBox? mouthBox = null, string? audioEncoderFolder = null)
    {
        var options = new AvsrEstimator.Options
        {
            OutputColumnName = outputColumnName,
            MediaColumnName = mediaColumnName,
            LabelColumnName = labelColumnName,
            MouthBox = mouthBox,
        };
        options.Training = options.Training with { AudioEncoderFolder = audioEncoderFolder };
        return Avsr(catalog, options);
    }

    /// <summary>Makes an <see cref="AvsrEstimator"/>, which learns to write what is said in media files.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public static AvsrEstimator Avsr(this TransformsCatalog catalog, AvsrEstimator.Options options) => new(AvsrLog.Of(catalog), options);

    /// <summary>Makes a stage that decodes media into clip columns.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="audioColumnName">The column of sound that is added.</param>
    /// <param name="videoColumnName">The column of frames that is added.</param>
    /// <param name="mediaColumnName">The column of media: paths (text) or bytes of media files (vector of byte).</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static SpeechMediaLoadingEstimator LoadSpeechMedia(this TransformsCatalog catalog, string audioColumnName = "Audio", string videoColumnName = "Video",
        string mediaColumnName = "Path") =>
        LoadSpeechMedia(catalog, new SpeechMediaLoadingEstimator.Options { AudioColumnName = audioColumnName, VideoColumnName = videoColumnName, MediaColumnName = mediaColumnName });

    /// <summary>Makes a stage that decodes media into clip columns.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public static SpeechMediaLoadingEstimator LoadSpeechMedia(this TransformsCatalog catalog, SpeechMediaLoadingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(options);
    }

    /// <summary>Makes a stage that cuts the mouth region out of frames.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The column that is added.</param>
    /// <param name="inputColumnName">The column of frames.</param>
    /// <param name="mouthBox">The mouth's box in pixels; null where the frames show only the mouth region.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public static MouthRegionCroppingEstimator CropMouthRegion(this TransformsCatalog catalog, string outputColumnName = "Mouth", string inputColumnName = "Video",
        MouthBox? mouthBox = null) =>
        CropMouthRegion(catalog, new MouthRegionCroppingEstimator.Options { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, MouthBox = mouthBox });

    /// <summary>Makes a stage that cuts the mouth region out of frames.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public static MouthRegionCroppingEstimator CropMouthRegion(this TransformsCatalog catalog, MouthRegionCroppingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(options);
    }

    /// <summary>Makes a stage that encodes sound with a pretrained Whisper encoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="encoderFolder">Folder of the Whisper model, in Hugging Face's layout.</param>
    /// <param name="outputColumnName">The column of features that is added.</param>
    /// <param name="inputColumnName">The column of sound.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static SpeechAudioEncodingEstimator EncodeSpeechAudio(this TransformsCatalog catalog, string encoderFolder, string outputColumnName = "AudioFeatures",
        string inputColumnName = "Audio") =>
        EncodeSpeechAudio(catalog, new SpeechAudioEncodingEstimator.Options { EncoderFolder = encoderFolder, OutputColumnName = outputColumnName, InputColumnName = inputColumnName });

    /// <summary>Makes a stage that encodes sound with a pretrained Whisper encoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static SpeechAudioEncodingEstimator EncodeSpeechAudio(this TransformsCatalog catalog, SpeechAudioEncodingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(options, AvsrLog.Of(catalog));
    }

    /// <summary>Makes a stage that encodes mouth regions with a pretrained AV-HuBERT encoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="checkpointPath">The AV-HuBERT file.</param>
    /// <param name="outputColumnName">The column of features that is added.</param>
    /// <param name="inputColumnName">The column of mouth regions.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static SpeechVideoEncodingEstimator EncodeSpeechVideo(this TransformsCatalog catalog, string checkpointPath, string outputColumnName = "VideoFeatures",
        string inputColumnName = "Mouth") =>
        EncodeSpeechVideo(catalog, new SpeechVideoEncodingEstimator.Options { CheckpointPath = checkpointPath, OutputColumnName = outputColumnName, InputColumnName = inputColumnName });

    /// <summary>Makes a stage that encodes mouth regions with a pretrained AV-HuBERT encoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static SpeechVideoEncodingEstimator EncodeSpeechVideo(this TransformsCatalog catalog, SpeechVideoEncodingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(options, AvsrLog.Of(catalog));
    }

    /// <summary>Makes a stage that brings transcripts into one form.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The column that is added.</param>
    /// <param name="inputColumnName">The column that is read; null is the output column's name.</param>
    /// <param name="normalization">The form.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public static TranscriptNormalizingEstimator NormalizeTranscript(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        TranscriptNormalization normalization = TranscriptNormalization.English) =>
        NormalizeTranscript(catalog, new TranscriptNormalizingEstimator.Options { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, Normalization = normalization });

    /// <summary>Makes a stage that brings transcripts into one form.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public static TranscriptNormalizingEstimator NormalizeTranscript(this TransformsCatalog catalog, TranscriptNormalizingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(options);
    }

    /// <summary>Everything that this package does, with the context's log, seed and device settings.</summary>
    /// <param name="mlContext">The context.</param>
    public static AvsrCatalog Avsr(this MLContext mlContext) => new(mlContext);
}
