using System.Diagnostics;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Avsr;

/// <summary>Learns to recognise speech from sound and picture: fine-tunes a Llama-SMoP model on the caller's clips.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// Create it with `mlContext.Transforms.Avsr(...)`, or with `mlContext.Avsr().SpeechRecognition(...)` to use the context's GPU. A sample that is
/// compiled and run: docs/samples/Transforms/Avsr.cs.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | Media: text (path), vector of byte (file content), audio or video clip, feature sequence. Label: text |
/// | Output column data type | Text (transcript, status, modality) and float (confidence) |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Avsr, and TorchSharp-cpu or TorchSharp-cuda |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed partial class AvsrEstimator : IEstimator<AvsrTransformer>
{
    private readonly AvsrLog _log;
    private readonly Options _options;
    private readonly AvsrStage _stage;
    private readonly InputColumn _label;

    internal AvsrEstimator(AvsrLog log, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _log = log;
        _options = options.Clone();
        _stage = new AvsrStage(_options.Validate());
        _label = new InputColumn(_options.LabelColumnName, "label", TextDataViewType.Instance);
    }

    /// <summary>The columns that a fitted transformer's output will have.</summary>
    /// <param name="inputSchema">The shape of the training data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _label.Check(inputSchema);
        return _stage.GetOutputSchema(inputSchema);
    }

    /// <summary>Trains. Rows whose media or label cannot be used are skipped, counted, and logged with the reason.</summary>
    /// <param name="input">Rows with media and what is said in it.</param>
    /// <returns>The transformer; dispose it to free native memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has a wrong type; nothing was done.</exception>
    /// <exception cref="InvalidOperationException">No row can be used.</exception>
    /// <exception cref="GpuUnavailableException">A GPU is asked for that is not there, and the CPU will not do; nothing was done.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public AvsrTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _label.Bind(input.Schema);
        _stage.GetOutputSchema(input.Schema);
        var settings = AvsrStage.Resolve(_stage.Settings, input.Schema);
        var encoded = settings.AudioColumnName is { } audio && input.Schema[audio].Type is FeatureSequenceDataViewType ? audio : null;
        OptionCheck.Require(encoded is null || _options.Training.AudioEncoderFolder is null, nameof(AvsrTrainerOptions.AudioEncoderFolder), _options.Training.AudioEncoderFolder,
            $"is not used with column '{encoded}', which holds features; leave it null.");
        encoded = settings.VideoColumnName is { } video && input.Schema[video].Type is FeatureSequenceDataViewType ? video : null;
        OptionCheck.Require(encoded is null || _options.Training.VisualEncoderPath is null, nameof(AvsrTrainerOptions.VisualEncoderPath), _options.Training.VisualEncoderPath,
            $"is not used with column '{encoded}', which holds features; leave it null.");

        var device = TorchDevice.Resolve(_options.GpuDeviceId, _options.FallbackToCpu, _log);

        using var log = _log.Start("Training");
        var watch = Stopwatch.StartNew();
        var (examples, skipped) = new TrainingRows(settings, _options).Read(input, log);
        var mediaSeconds = watch.Elapsed.TotalSeconds;
        log.Info($"Read {examples.Count} clips in {mediaSeconds:0.0} s; {skipped.Count} rows skipped.");
        if (examples.Count == 0)
            throw new InvalidOperationException("None of the rows can be learned from. " + (skipped.Count == 0
                ? "The data has no rows."
                : $"The first of {skipped.Count} that were skipped: {skipped[0].Source}: {skipped[0].Reason}"));

        var training = _options.Training with { Seed = _options.Seed ?? _log.NextSeed() ?? _options.Training.Seed };
        var trained = AvsrTrainer.Train(examples, training, new ProgressLog(log, _options.Progress), _options.CancellationToken, device, table => log.Info($"{table}"));
        log.Info($"Trained {trained.TrainedParameters} of {trained.Parameters} parameters in {trained.TrainSeconds:0.0} s.");
        var report = new AvsrTrainingReport
        {
            Examples = examples.Count,
            Skipped = skipped,
            Stages = trained.Stages,
            Curve = trained.Curve,
            Routing = trained.Routing,
            Parameters = trained.Parameters,
            TrainedParameters = trained.TrainedParameters,
            MediaSeconds = mediaSeconds,
            TrainSeconds = trained.TrainSeconds,
            ItemsPerSecond = trained.ItemsPerSecond,
            RoutingHistory = trained.RoutingHistory,
            Modules = trained.Modules,
            Stopped = trained.Stopped,
        };
        settings = settings with { AudioFeatureWidth = trained.Model.Config.AudioFeatureWidth, VideoFeatureWidth = trained.Model.Config.VideoFeatureWidth };
        var transformer = new AvsrTransformer(ModelFactory.FromTraining(trained, _options.Decoding), settings, report,
            // Where a cancelled training gives the best model so far, that model shall not be cancelled too.
            trained.Stopped is null ? _options.CancellationToken : CancellationToken.None);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }
}
