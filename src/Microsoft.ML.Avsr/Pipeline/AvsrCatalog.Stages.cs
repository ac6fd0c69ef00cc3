namespace Microsoft.ML.Avsr;

public sealed partial class AvsrCatalog
{
    /// <summary>Makes a stage that decodes media into clip columns, as <c>mlContext.Transforms.LoadSpeechMedia(options)</c> does.</summary>
    /// <param name="options">Everything that can be chosen; null takes the defaults.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public SpeechMediaLoadingEstimator LoadSpeechMedia(SpeechMediaLoadingEstimator.Options? options = null) => _context.Transforms.LoadSpeechMedia(options ?? new());

    /// <summary>Makes a stage that cuts the mouth region out of frames, as <c>mlContext.Transforms.CropMouthRegion(options)</c> does.</summary>
    /// <param name="options">Everything that can be chosen; null takes the defaults.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public MouthRegionCroppingEstimator CropMouthRegion(MouthRegionCroppingEstimator.Options? options = null) => _context.Transforms.CropMouthRegion(options ?? new());

    /// <summary>Makes a stage that encodes sound with a pretrained Whisper encoder, on the context's GPU where it names one.</summary>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public SpeechAudioEncodingEstimator EncodeSpeechAudio(SpeechAudioEncodingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options, _log);
    }

    /// <summary>Makes a stage that encodes mouth regions with a pretrained AV-HuBERT encoder, on the context's GPU where it names one.</summary>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public SpeechVideoEncodingEstimator EncodeSpeechVideo(SpeechVideoEncodingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options, _log);
    }

    /// <summary>Makes a stage that brings transcripts into one form, as <c>mlContext.Transforms.NormalizeTranscript(options)</c> does.</summary>
    /// <param name="options">Everything that can be chosen; null takes the defaults.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public TranscriptNormalizingEstimator NormalizeTranscript(TranscriptNormalizingEstimator.Options? options = null) => _context.Transforms.NormalizeTranscript(options ?? new());
}
