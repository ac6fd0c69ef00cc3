namespace Microsoft.ML.Avsr.Training;

/// <summary>What training changes in one part of a model.</summary>
public enum PartTraining
{
    /// <summary>
    /// Encoders are frozen in the last stage; a language model trains its adapters where it has them (a pretrained one gets them) and else
    /// as a whole; projectors train as a whole.
    /// </summary>
    Auto,

    /// <summary>Nothing.</summary>
    Frozen,

    /// <summary>The low-rank adapters only.</summary>
    Adapters,

    /// <summary>Every parameter. Features of such an encoder cannot be computed once: it runs in every step.</summary>
    Whole,
}
