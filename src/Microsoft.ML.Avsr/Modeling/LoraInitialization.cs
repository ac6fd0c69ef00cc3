namespace Microsoft.ML.Avsr.Modeling;

/// <summary>How a low-rank adapter starts.</summary>
public enum LoraInitialization
{
    /// <summary>The up matrix is zero: the adapted model starts equal to the base model.</summary>
    Zero,

    /// <summary>Both matrices from N(0, 0.02²), as the reference's training runs really start (specification 6.6).</summary>
    Reference,
}
