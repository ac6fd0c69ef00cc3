using Microsoft.ML.Avsr.Modeling;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// The fine-tuning recipe, in order: tokenizer from the transcripts; encoders that start from scratch learn with CTC; all encoders are frozen
/// and their features computed once; projector and language model learn from those. Pretrained encoders skip the CTC stage.
/// </summary>
public static class AvsrTrainer
{
    /// <summary>Trains a model, or goes on with a run that was interrupted (<see cref="AvsrTrainerOptions.Checkpoints"/>).</summary>
    /// <param name="examples">Clips with transcripts.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="progress">Receives progress, on the training thread.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <param name="device">Where to train; <see langword="null"/> is the CPU.</param>
    /// <param name="log">Receives the table of modules, their parameters and memory, before training begins.</param>
    /// <returns>The trained model, on that device; the caller owns it.</returns>
    /// <exception cref="ArgumentException">No example has a stream that the options ask for, or features have several widths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="InvalidOperationException">The folder of checkpoints belongs to a run with other options or clips.</exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or exploded, and <see cref="AvsrTrainerOptions.OnDivergence"/> is to throw.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, and <see cref="AvsrTrainerOptions.OnCancellation"/> is to throw.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written; older ones are untouched.</exception>
    public static TrainedModel Train(
        IReadOnlyList<TrainingExample> examples, AvsrTrainerOptions options,
        IProgress<AvsrProgress>? progress = null, CancellationToken cancellationToken = default, Device? device = null,
        Action<string>? log = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var (audioFeatures, videoFeatures) = FeatureWidths(examples, options);
        // A stream that comes encoded somewhere is used encoded everywhere.
        var usable = examples.Select(e => e with { Input = e.Input.As(audioFeatures is not null, videoFeatures is not null) })
            .Where(e => (e.Input.Available & options.Modalities) != Modality.None && !string.IsNullOrWhiteSpace(e.Transcript)).ToList();
        if (usable.Count == 0)
            throw new ArgumentException($"None of the {examples.Count} examples has both a transcript and a stream among {options.Modalities}.", nameof(examples));
        var present = usable.Aggregate(Modality.None, (all, e) => all | e.Input.Available) & options.Modalities;
        using var context = new RunContext(usable, options with { Modalities = present }, progress, cancellationToken);
        return new TrainingRun(context, audioFeatures, videoFeatures, device ?? CPU, log).Execute();
    }

    private static (int? Audio, int? Video) FeatureWidths(IReadOnlyList<TrainingExample> examples, AvsrTrainerOptions options)
    {
        var audio = options.Modalities.HasFlag(Modality.Audio) ? Width(examples.Select(e => e.Input.AudioFeatures), "audio") : null;
        if (audio is not null && options.AudioEncoderFolder is not null)
            throw new ArgumentException($"{nameof(options.AudioEncoderFolder)} = {options.AudioEncoderFolder}: the examples' sound is encoded already; leave it null.", nameof(options));
        return (audio, options.Modalities.HasFlag(Modality.Video) ? Width(examples.Select(e => e.Input.VideoFeatures), "video") : null);

        static int? Width(IEnumerable<Features.FeatureSequence?> features, string stream)
        {
            var widths = features.OfType<Features.FeatureSequence>().Select(f => f.Width).Distinct().ToArray();
            return widths.Length <= 1 ? widths.Length == 0 ? null : widths[0]
                : throw new ArgumentException($"The examples' {stream} features are {string.Join(" and ", widths)} wide; they must come from one encoder.", nameof(examples));
        }
    }
}
