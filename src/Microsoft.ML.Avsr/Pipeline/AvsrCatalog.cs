using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Audio-visual speech recognition: stages, training, evaluation and loading. Get it by <c>mlContext.Avsr()</c>.</summary>
public sealed partial class AvsrCatalog
{
    private readonly MLContext _context;
    private readonly AvsrLog _log;

    internal AvsrCatalog(MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _log = new AvsrLog(context);
    }

    /// <summary>Makes an estimator, as <c>mlContext.Transforms.Avsr(options)</c> does.</summary>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible; the message names it.</exception>
    public AvsrEstimator SpeechRecognition(AvsrEstimator.Options? options = null) => new(_log, options ?? new AvsrEstimator.Options());

    /// <summary>Reports what the package needs and found here: libtorch, threads, BLAS, CUDA, ffmpeg, weights. Never throws.</summary>
    /// <param name="options">Where ffmpeg and weights are; null for the defaults.</param>
    public AvsrDiagnosis Diagnose(AvsrEstimator.Options? options = null) => Diagnostics.Run(options ?? new AvsrEstimator.Options());

    /// <summary>Makes an estimator and fits it.</summary>
    /// <param name="data">Rows with media and what is said in it.</param>
    /// <param name="options">Everything that can be chosen.</param>
    /// <exception cref="ArgumentException">An option is impossible, or a column is missing or has a wrong type.</exception>
    /// <exception cref="InvalidOperationException">No row can be used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public AvsrTransformer Train(IDataView data, AvsrEstimator.Options? options = null) => SpeechRecognition(options).Fit(data);

    /// <summary>Loads a model that <c>mlContext.Model.Save</c> wrote, as the transformer that it was. It may have been saved within a chain.</summary>
    /// <param name="filePath">The file.</param>
    /// <exception cref="AvsrModelException">The file holds no speech recognition model, or one that cannot be used; the message says why.</exception>
    public AvsrTransformer Load(string filePath) => Load(filePath, weightsResolver: null);

    /// <summary>Loads a model that <c>mlContext.Model.Save</c> wrote, as the transformer that it was. It may have been saved within a chain.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="weightsResolver">Says where pretrained weights are now that the model names by path; null asks <see cref="FrozenWeights.DefaultResolver"/>, and a null answer uses the stored path.</param>
    /// <exception cref="AvsrModelException">The file holds no speech recognition model, or one that cannot be used; the message says why.</exception>
    public AvsrTransformer Load(string filePath, Func<FrozenWeights, string?>? weightsResolver)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        if (!File.Exists(filePath))
            throw new AvsrModelException($"There is no model file '{filePath}'.");
        using var stream = File.OpenRead(filePath);
        try
        {
            return Load(stream, weightsResolver);
        }
        catch (AvsrModelException error)
        {
            throw new AvsrModelException($"'{filePath}': {error.Message}", error);
        }
    }

    /// <summary>Loads a model that <c>mlContext.Model.Save</c> wrote, as the transformer that it was. It may have been saved within a chain.</summary>
    /// <param name="stream">The file's content.</param>
    /// <param name="weightsResolver">Says where pretrained weights are now that the model names by path; null asks <see cref="FrozenWeights.DefaultResolver"/>, and a null answer uses the stored path.</param>
    /// <exception cref="AvsrModelException">The stream holds no speech recognition model, or one that cannot be used; the message says why.</exception>
    public AvsrTransformer Load(Stream stream, Func<FrozenWeights, string?>? weightsResolver = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ITransformer model;
        try
        {
            model = _context.Model.Load(stream, out _);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or InvalidOperationException or IOException or ArgumentException)
        {
            throw new AvsrModelException($"This is not a saved ML.NET model that can be read: {error.Message}", error);
        }
        return Unwrap(model, weightsResolver);
    }

    /// <summary>
    /// Finds the speech recogniser in a model. After <c>mlContext.Model.Load</c> it is a chain of ML.NET's own transformers, which works
    /// row by row; the transformer that this method makes of it works on several rows at once.
    /// </summary>
    /// <param name="model">A loaded model, or a chain with one in it.</param>
    /// <param name="weightsResolver">Says where pretrained weights are now; null asks <see cref="FrozenWeights.DefaultResolver"/>, and a null answer uses the stored path.</param>
    /// <returns>A transformer of its own, to be disposed.</returns>
    /// <exception cref="AvsrModelException">There is no recogniser in it, or one that cannot be used.</exception>
    /// <exception cref="GpuUnavailableException">The context names a GPU that is not there, and does not allow the CPU.</exception>
    public AvsrTransformer Unwrap(ITransformer model, Func<FrozenWeights, string?>? weightsResolver = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (FindTyped(model) is { } typed)
            return new AvsrTransformer(typed.Model.Share(), typed.Settings, typed.TrainingReport);
        var payload = SavedChain.FindPayload(model)
            ?? throw new AvsrModelException("There is no speech recogniser of this package in the model.");
        var saved = SavedPayload.Read(payload.GetValues());
        return new AvsrTransformer(saved.LoadModel(weightsResolver, TorchDevice.Resolve(null, null, _log)), saved.Settings);
    }

    /// <summary>Compares transcripts with what was said. Counts are added up over the whole data, as the field does.</summary>
    /// <param name="data">Rows with both texts.</param>
    /// <param name="labelColumnName">The column of what was said.</param>
    /// <param name="transcriptColumnName">The column of what was recognised.</param>
    /// <param name="normalizer">Applied to both texts before counting; null compares them as they are.</param>
    /// <exception cref="ArgumentException">Both names are the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is not text.</exception>
    public SpeechRecognitionMetrics Evaluate(IDataView data, string labelColumnName = "Label", string transcriptColumnName = "Transcript",
        ITranscriptNormalizer? normalizer = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        RequireTwoColumns(labelColumnName, transcriptColumnName);
        var label = new InputColumn(labelColumnName, "label", TextDataViewType.Instance).Bind(data.Schema);
        var transcript = new InputColumn(transcriptColumnName, "transcript", TextDataViewType.Instance).Bind(data.Schema);
        normalizer ??= new IdentityNormalizer();
        var counter = new SpeechRecognitionMetrics.Counter();
        using var cursor = data.GetRowCursor([label, transcript]);
        var getLabel = cursor.GetGetter<ReadOnlyMemory<char>>(label);
        var getTranscript = cursor.GetGetter<ReadOnlyMemory<char>>(transcript);
        ReadOnlyMemory<char> reference = default, hypothesis = default;
        while (cursor.MoveNext())
        {
            getLabel(ref reference);
            getTranscript(ref hypothesis);
            counter.Add(normalizer.Normalize(reference.ToString()), normalizer.Normalize(hypothesis.ToString()));
        }
        return counter.ToMetrics();
    }

    /// <summary>Adds each row's own word errors: columns <c>.Words</c>, <c>.Substitutions</c>, <c>.Insertions</c> and <c>.Deletions</c> (int) behind the transcript's name.</summary>
    /// <param name="data">Rows with both texts.</param>
    /// <param name="labelColumnName">The column of what was said.</param>
    /// <param name="transcriptColumnName">The column of what was recognised.</param>
    /// <param name="normalizer">Applied to both texts before counting; null compares them as they are.</param>
    /// <exception cref="ArgumentException">Both names are the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is not text.</exception>
    public IDataView ScoreRows(IDataView data, string labelColumnName = "Label", string transcriptColumnName = "Transcript", ITranscriptNormalizer? normalizer = null)
    {
        RequireTwoColumns(labelColumnName, transcriptColumnName);
        return new TranscriptScoringStage(labelColumnName, transcriptColumnName, normalizer ?? new IdentityNormalizer()).Transform(data);
    }

    /// <summary>Compares two recognisers' transcripts of the same sentences, and says whether chance explains the difference.</summary>
    /// <param name="data">Rows with what was said and both transcripts.</param>
    /// <param name="firstColumnName">The first recogniser's transcripts.</param>
    /// <param name="secondColumnName">The second recogniser's transcripts.</param>
    /// <param name="labelColumnName">The column of what was said.</param>
    /// <param name="normalizer">Applied to all texts before counting; null compares them as they are.</param>
    /// <param name="samples">Random swaps of the permutation test. 100 to 1000000.</param>
    /// <param name="seed">Seed of the swaps.</param>
    /// <exception cref="ArgumentException">The label's name is that of a transcript, too.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is not text, or a value is outside its range.</exception>
    public PairedComparison Compare(IDataView data, string firstColumnName, string secondColumnName, string labelColumnName = "Label",
        ITranscriptNormalizer? normalizer = null, int samples = 10_000, int seed = 1)
    {
        OptionCheck.Range(samples, 100, 1_000_000, nameof(samples));
        RequireTwoColumns(labelColumnName, firstColumnName);
        RequireTwoColumns(labelColumnName, secondColumnName);
        var first = Evaluate(data, labelColumnName, firstColumnName, normalizer);
        var second = Evaluate(data, labelColumnName, secondColumnName, normalizer);
        // Both have the same words to recognise, so the rates differ as the errors do.
        var differences = first.SentenceWords.Zip(second.SentenceWords, (a, b) => b.Errors - a.Errors).Where(difference => difference != 0).ToArray();
        var observed = Math.Abs(differences.Sum());
        var random = new Random(seed);
        var atLeast = 0;
        for (var sample = 0; sample < samples; sample++)
        {
            var sum = 0;
            foreach (var difference in differences)
                sum += random.Next(2) == 0 ? difference : -difference;
            if (Math.Abs(sum) >= observed)
                atLeast++;
        }
        return new PairedComparison(first, second, second.WordErrorRate - first.WordErrorRate, (1.0 + atLeast) / (1.0 + samples));
    }

    /// <summary>Fits and evaluates an estimator on each of several folds.</summary>
    /// <param name="data">Rows with media and what is said in it.</param>
    /// <param name="estimator">The estimator, or a chain with one in it.</param>
    /// <param name="numberOfFolds">How many folds, at least 2.</param>
    /// <param name="labelColumnName">The column of what was said.</param>
    /// <param name="transcriptColumnName">The column of what was recognised.</param>
    /// <param name="samplingKeyColumnName">Rows with the same value here stay in one fold (a speaker, for example); null splits row by row.</param>
    /// <param name="normalizer">Applied to both texts before counting; null compares them as they are.</param>
    /// <param name="seed">Seed of the split; null takes the context's.</param>
    /// <exception cref="ArgumentException">Both names are the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has a wrong type, or there are fewer than two folds.</exception>
    public IReadOnlyList<SpeechCrossValidationResult> CrossValidate(IDataView data, IEstimator<ITransformer> estimator, int numberOfFolds = 5,
        string labelColumnName = "Label", string transcriptColumnName = "Transcript", string? samplingKeyColumnName = null,
        ITranscriptNormalizer? normalizer = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        RequireTwoColumns(labelColumnName, transcriptColumnName);
        var results = new List<SpeechCrossValidationResult>();
        foreach (var fold in _context.Data.CrossValidationSplit(data, numberOfFolds, samplingKeyColumnName, seed))
        {
            var model = estimator.Fit(fold.TrainSet);
            // Scored once, and kept: the caller may look at the rows behind the numbers.
            var scored = _context.Data.Cache(model.Transform(fold.TestSet));
            results.Add(new SpeechCrossValidationResult(results.Count, model, Evaluate(scored, labelColumnName, transcriptColumnName, normalizer), scored));
        }
        return results;
    }

    /// <summary>Measures a transformer per kind of noise, level and stream. The babble of a clip is made of the other clips' voices.</summary>
    /// <param name="transformer">The transformer.</param>
    /// <param name="data">Rows with media and what is said in it.</param>
    /// <param name="labelColumnName">The column of what was said.</param>
    /// <param name="modalities">The streams to compare; null is audio, video and both, as far as the model has them.</param>
    /// <param name="signalToNoiseRatios">Levels in decibels, where null is clean; null is clean, 10, 5, 0 and -5.</param>
    /// <param name="normalizer">Applied to both texts before counting; null compares them as they are.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="progress">Receives the cells done and their number.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <param name="noises">Kinds of noise; null is babble.</param>
    /// <returns>One cell per kind of noise, level and stream: kind by kind, level by level.</returns>
    /// <exception cref="ArgumentException">The transformer reads encoded sound, into which no babble can be mixed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has a wrong type.</exception>
    public IReadOnlyList<NoiseCondition> EvaluateNoise(AvsrTransformer transformer, IDataView data, string labelColumnName = "Label",
        IReadOnlyList<Modality>? modalities = null, IReadOnlyList<double?>? signalToNoiseRatios = null, ITranscriptNormalizer? normalizer = null,
        int seed = 1, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellationToken = default,
        IReadOnlyList<NoiseType>? noises = null)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentNullException.ThrowIfNull(data);
        if (transformer.Settings.AudioFeatureWidth is not null)
            throw new ArgumentException($"Babble is mixed into sound, but this transformer reads features from column '{transformer.Settings.AudioColumnName}'. Encode noisy sound and use Evaluate.", nameof(transformer));
        var (inputs, labels) = LabelledClips.Read(transformer, data, labelColumnName, cancellationToken);
        var supported = transformer.Model.Supported;
        modalities ??= [.. new[] { Modality.Audio, Modality.Video, Modality.AudioVisual }.Where(m => (m & supported) == m)];
        return NoiseEvaluator.Evaluate(transformer.Recognizer, inputs, labels, modalities, signalToNoiseRatios ?? [null, 10, 5, 0, -5],
            normalizer ?? new IdentityNormalizer(), noises ?? [NoiseType.Babble], seed, progress is null ? null : (done, total) => progress.Report((done, total)), cancellationToken);
    }

    private static AvsrTransformer? FindTyped(ITransformer model) => model switch
    {
        AvsrTransformer transformer => transformer,
        IEnumerable<ITransformer> chain => chain.Select(FindTyped).FirstOrDefault(found => found is not null),
        _ => null,
    };

    /// <summary>A column compared with itself has no errors.</summary>
    private static void RequireTwoColumns(string label, string transcript)
    {
        if (label == transcript)
        {
            throw new ArgumentException(
                $"The label and the transcript are both '{label}': what was said is hidden by what was recognised. Give the recogniser's OutputColumnName another name than its label.", nameof(label));
        }
    }
}
