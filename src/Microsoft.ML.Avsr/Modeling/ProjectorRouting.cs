namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Which routers and experts the modalities share (specification 5.3).</summary>
public enum ProjectorRouting
{
    /// <summary>No routing: one multi-layer perceptron per modality (Llama-AVSR).</summary>
    Dense,

    /// <summary>Joint experts, joint router: one router and one pool see both modalities (the released Llama-SMoP).</summary>
    Jejr,

    /// <summary>Joint experts, disjoint routers: a router per modality over one pool.</summary>
    Jedr,

    /// <summary>Disjoint experts, disjoint routers: a router and a pool per modality (the paper's recommendation).</summary>
    Dedr,
}
