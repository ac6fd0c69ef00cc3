namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The library's options beyond the paper, each added to DEDR with four experts, two of them active.</summary>
internal enum Extension
{
    /// <summary>An expert for all tokens beside the routed ones.</summary>
    SharedExpert,

    /// <summary>The router knows which streams are there.</summary>
    PresenceRouting,

    /// <summary>The attention-sink loss, with its authors' weight.</summary>
    SinkLoss,

    /// <summary>Every step trains all three tasks, for a third of the epochs.</summary>
    UnifiedTasks,

    /// <summary>Every step draws the model's token rates or half of them; scored at the model's own.</summary>
    MatryoshkaRates,

    /// <summary>The same model, scored at half of its token rates.</summary>
    MatryoshkaHalf,
}
