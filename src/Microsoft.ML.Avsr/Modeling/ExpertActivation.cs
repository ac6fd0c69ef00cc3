namespace Microsoft.ML.Avsr.Modeling;

/// <summary>The nonlinearity inside a projector.</summary>
public enum ExpertActivation
{
    /// <summary>ReLU, as Llama-AVSR and Llama-SMoP.</summary>
    Relu,

    /// <summary>Exact GELU, as CuMo's mixture of projectors.</summary>
    Gelu,
}
