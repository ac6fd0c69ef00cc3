namespace Microsoft.ML.Avsr.Modeling;

/// <summary>
/// Quirks of the reference implementation (specification 15) that change numbers. All are off by default: off is the correct behaviour.
/// They are for repeating the reference's batches number for number; published checkpoints are evaluated one clip at a time, where none matters.
/// </summary>
/// <remarks>Another quirk has its own switch: <see cref="LoraInitialization.Reference"/>. Batch-norm statistics that drifted while the
/// reference trained are in its checkpoints and load with them.</remarks>
[Flags]
public enum ReferenceCompatibility
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>No mask reaches any encoder, and padding becomes tokens: every clip of a batch is as long as the longest (15.11).</summary>
    PaddedTokens = 1,

    /// <summary>The number of Whisper frames is computed in float32 and sometimes comes out one lower (15.2).</summary>
    SinglePrecisionFrames = 2,

    /// <summary>All of them.</summary>
    All = PaddedTokens | SinglePrecisionFrames,
}
