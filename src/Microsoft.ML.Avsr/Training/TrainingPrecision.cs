namespace Microsoft.ML.Avsr.Training;

/// <summary>Element type in which the projector and the language model compute while they train.</summary>
public enum TrainingPrecision
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>
    /// bfloat16, with a float32 copy of every trained parameter that the optimiser changes: late in the schedule bfloat16 alone would round the
    /// changes away (specification 12). Parts that do not train are rounded to bfloat16.
    /// </summary>
    BFloat16,
}
