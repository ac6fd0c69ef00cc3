namespace Microsoft.ML.Avsr.Training;

/// <summary>A loss or gradient became infinite, not a number, or exploded. The weights were not changed by that step.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    /// <summary>Describes a divergence.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="step">The optimiser step of the stage, from 1.</param>
    /// <param name="rows">The clips of the step, by their sources.</param>
    /// <param name="loss">Which term: the name of a loss, or <c>gradient norm</c>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <param name="lastGood">The newest checkpoint, or <see langword="null"/>.</param>
    public TrainingDivergedException(
        string stage, int step, IReadOnlyList<string> rows, string loss, double value, double learningRate, string? lastGood)
        : base(Describe(stage, step, rows, loss, value, learningRate, lastGood))
    {
        (Stage, Step, Rows, Loss, Value, LastGoodCheckpoint) = (stage, step, rows, loss, value, lastGood);
    }

    /// <summary>The stage.</summary>
    public string Stage { get; }

    /// <summary>The optimiser step of the stage, from 1.</summary>
    public int Step { get; }

    /// <summary>The clips of the step.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>Which term diverged.</summary>
    public string Loss { get; }

    /// <summary>Its value.</summary>
    public double Value { get; }

    /// <summary>The newest checkpoint, or <see langword="null"/> where none was written.</summary>
    public string? LastGoodCheckpoint { get; }

    private static string Describe(
        string stage, int step, IReadOnlyList<string> rows, string loss, double value, double learningRate, string? lastGood) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Training diverged: {loss} is {value:g4} at step {step} of stage '{stage}' (rows {string.Join(", ", rows.Take(8))}{(rows.Count > 8 ? ", ..." : "")}). Look at these rows, or lower the learning rate ({learningRate:g3}) or MaxGradientNorm. {(lastGood is null ? "No checkpoint was written." : $"The last good state is '{lastGood}'.")}");
}
