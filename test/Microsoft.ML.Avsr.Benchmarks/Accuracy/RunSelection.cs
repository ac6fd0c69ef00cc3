namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>Which projectors a benchmark trains.</summary>
internal enum RunSelection
{
    /// <summary>The four routings, and DEDR with several numbers of experts.</summary>
    All,

    /// <summary>The four routings.</summary>
    Routings,

    /// <summary>DEDR with four experts alone.</summary>
    First,

    /// <summary>DEDR with four experts, and with each of the options beyond the paper.</summary>
    Extensions,
}
