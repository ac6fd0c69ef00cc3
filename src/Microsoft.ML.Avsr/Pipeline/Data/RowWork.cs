using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>A stage at work on the rows of one cursor. Used by one thread at a time.</summary>
internal abstract class RowWork
{
    /// <summary>Reads the stage's inputs from the current row into a slot.</summary>
    public abstract void Capture(int slot);

    /// <summary>Computes the outputs of slots 0 to <paramref name="count"/>-1.</summary>
    public abstract void Compute(int count);

    /// <summary>A <see cref="ValueGetter{TValue}"/> of an output.</summary>
    /// <param name="output">Which output.</param>
    /// <param name="current">Makes sure that the current row is computed, and names its slot.</param>
    public abstract Delegate Getter(int output, Func<int> current);

    /// <summary>Makes a getter of values held by slot.</summary>
    protected static ValueGetter<T> Read<T>(Func<int> current, Func<int, T> valueOf) => (ref T value) => value = valueOf(current());
}
