using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>What the stages of one run share: options, clips, results so far, and where checkpoints go and came from.</summary>
internal sealed class RunContext : IDisposable
{
    private const string ModelPrefix = "model.";
    private readonly TrainingCheckpoints? _checkpoints;
    private readonly JsonElement _optionsJson;
    private readonly string _data;
    private readonly Dictionary<string, string> _files = [];
    private readonly Stopwatch _sinceCheckpoint = Stopwatch.StartNew();
    private AvsrModel? _model;
    private Func<string, bool> _isStored = _ => true;
    private (TrainingState State, SafetensorsReader Tensors)? _restored;

    /// <summary>Opens the newest checkpoint where the options ask for it.</summary>
    /// <exception cref="InvalidOperationException">The folder's checkpoint belongs to a run with other options or clips.</exception>
    public RunContext(
        IReadOnlyList<TrainingExample> examples, AvsrTrainerOptions options, IProgress<AvsrProgress>? progress, CancellationToken cancellationToken)
    {
        (Examples, Options, Progress, CancellationToken) = (examples, options, progress, cancellationToken);
        if (options.Checkpoints is not { } settings)
        {
            _data = "";
            return;
        }
        _checkpoints = new TrainingCheckpoints(settings);
        _optionsJson = TrainingCheckpoints.Serialize(options with { Checkpoints = null });
        _data = DataFingerprint.Of(examples);
        foreach (var (option, path) in Paths(options))
            _files.Add(option, DataFingerprint.OfPath(path));
        if (settings.Resume)
            _restored = _checkpoints.OpenNewest();
        else
            _checkpoints.Clear();
        if (_restored is { } found)
            CheckSameRun(found.State);
    }

    public IReadOnlyList<TrainingExample> Examples { get; }

    public AvsrTrainerOptions Options { get; }

    public IProgress<AvsrProgress>? Progress { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>Finished stages.</summary>
    public List<StageSummary> Stages { get; } = [];

    /// <summary>The curve of finished stages.</summary>
    public List<LossPoint> Curve { get; } = [];

    /// <summary>Routing telemetry of finished stages.</summary>
    public List<RoutingSnapshot> Routing { get; } = [];

    /// <summary>Where the run was when it was cancelled: stage, step and smoothed loss; null where no step was under way.</summary>
    public (string Stage, int Step, double? Loss) Interrupted { get; set; } = ("", 0, null);

    /// <summary>The newest checkpoint, or null.</summary>
    public string? LastGood => _checkpoints?.Newest;

    /// <summary>The source of a clip, for messages.</summary>
    public string Describe(int clip) => Examples[clip].Source ?? $"row {clip}";

    /// <summary>Puts a checkpoint's weights into the model and remembers the stages that it had finished.</summary>
    /// <param name="model">The model, as a run from the beginning would make it.</param>
    /// <param name="isStored">Whether a tensor of the state dictionary is part of checkpoints: pretrained weights that never change are not.</param>
    public void Begin(AvsrModel model, Func<string, bool> isStored)
    {
        (_model, _isStored) = (model, isStored);
        if (_restored is not { } found)
            return;
        LoadModel(found.Tensors);
        Stages.AddRange(found.State.Stages);
        Curve.AddRange(found.State.Curve);
        Routing.AddRange(found.State.Routing);
        if (found.State.Loop is null)
            ForgetRestored();
    }

    /// <summary>Runs a stage unless the checkpoint says that it is finished.</summary>
    /// <param name="number">The stage's number among those with optimiser steps, from 0.</param>
    /// <param name="run">Trains the stage.</param>
    public void Stage(int number, Func<StageResult> run)
    {
        if (Stages.Count > number)
            return;
        var (summary, curve, routing) = run();
        Stages.Add(summary);
        Curve.AddRange(curve);
        Routing.AddRange(routing);
        Save(null, null);
    }

    /// <summary>The position and optimiser state of the stage that was interrupted; null where a stage begins.</summary>
    public LoopPosition? TakePosition(StageTensors tensors)
    {
        if (_restored is not { State.Loop: { } position } found || found.State.Stage != Stages.Count)
            return null;
        OptimizerMemory.Load(tensors.Optimizer, found.State.OptimizerSteps, found.Tensors);
        tensors.Masters.Load(found.Tensors);
        tensors.Average.Load(position.AveragedEpochs, found.Tensors);
        ForgetRestored();
        return position;
    }

    /// <summary>Writes a checkpoint after a step where one is due.</summary>
    public void Checkpoint(LoopPosition position, StageTensors stage, bool now = false)
    {
        if (Options.Checkpoints is not { } settings)
            return;
        var due = settings.EverySteps > 0 && (StepsBefore + position.Step) % settings.EverySteps == 0;
        due |= settings.EveryMinutes > 0 && _sinceCheckpoint.Elapsed.TotalMinutes >= settings.EveryMinutes;
        if (due || now)
            Save(position, stage);
    }

    /// <summary>Loads the best checkpoint's weights.</summary>
    /// <param name="unlessBelow">Keeps the weights as they are when their smoothed loss is lower than the checkpoint's; null always loads.</param>
    /// <returns>The checkpoint, or null where the weights are as they were.</returns>
    public string? RestoreBest(double? unlessBelow)
    {
        if (_model is null || _checkpoints?.Best() is not { } best || TrainingCheckpoints.TryOpen(best) is not { } opened)
            return null;
        using (opened.Tensors)
        {
            if (unlessBelow is { } current && (opened.State.Stage < Stages.Count || !(opened.State.Loop?.Smoothed < current)))
                return null;
            LoadModel(opened.Tensors);
            return best;
        }
    }

    public void Dispose() => ForgetRestored();

    private long StepsBefore => Stages.Sum(s => (long)s.Steps);

    private void Save(LoopPosition? position, StageTensors? stage)
    {
        if (_checkpoints is null || _model is null)
            return;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in _model.state_dict())
        {
            if (_isStored(name))
                tensors.Add(ModelPrefix + name, tensor);
        }
        long[] steps = stage is null ? [] : OptimizerMemory.Save(stage.Optimizer, tensors);
        stage?.Masters.Save(tensors);
        stage?.Average.Save(tensors);
        _checkpoints.Write(new TrainingState
        {
            Options = _optionsJson,
            Data = _data,
            Files = _files,
            Stage = Stages.Count,
            GlobalStep = StepsBefore + (position?.Step ?? 0),
            Loop = position,
            Stages = Stages,
            Curve = Curve,
            Routing = Routing,
            OptimizerSteps = steps,
        }, tensors);
        _sinceCheckpoint.Restart();
    }

    private void LoadModel(ITensorSource source)
    {
        using var weights = source.Below(ModelPrefix, leaveOpen: true);
        StateDictionaryLoader.Load(_model!, weights, key => _isStored(key) ? key : null);
    }

    private void ForgetRestored()
    {
        _restored?.Tensors.Dispose();
        _restored = null;
    }

    /// <summary>The files and folders that the options name.</summary>
    private static IEnumerable<(string Option, string Path)> Paths(AvsrTrainerOptions options)
    {
        var named = new[]
        {
            (nameof(options.AudioEncoderFolder), options.AudioEncoderFolder), (nameof(options.VisualEncoderPath), options.VisualEncoderPath),
            (nameof(options.LanguageModelFolder), options.LanguageModelFolder), (nameof(options.EncodersFrom), options.EncodersFrom),
            (nameof(options.InitialModel), options.InitialModel), (nameof(options.UpcycleFrom), options.UpcycleFrom),
        };
        return named.Concat(options.NoisePaths.Select((path, i) => ($"{nameof(options.NoisePaths)}[{i}]", (string?)path)))
            .Where(p => p.Item2 is not null).Select(p => (p.Item1, p.Item2!));
    }

    private void CheckSameRun(TrainingState state)
    {
        var stored = state.Options.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText(), StringComparer.Ordinal);
        var now = _optionsJson.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText(), StringComparer.Ordinal);
        var other = stored.Keys.Union(now.Keys, StringComparer.Ordinal)
            .FirstOrDefault(name => stored.GetValueOrDefault(name, "null") != now.GetValueOrDefault(name, "null"));
        var difference = other is not null ? $"{other} was {stored.GetValueOrDefault(other, "not set")} and is {now.GetValueOrDefault(other, "not set")}"
            : state.Data != _data ? "the clips or transcripts are not the same"
            : _files.Keys.FirstOrDefault(option => state.Files?.GetValueOrDefault(option, "") is { } hash && hash != _files[option]) is { } changed
                ? $"what {changed} holds is not what it was" : null;
        if (difference is null)
            return;
        var file = _checkpoints!.Newest;
        ForgetRestored();
        throw new InvalidOperationException(
            $"Training cannot go on from '{file}': {difference}. Use the same options and clips, another {nameof(CheckpointOptions.Directory)}, or {nameof(CheckpointOptions.Resume)} = false to begin anew.");
    }
}
