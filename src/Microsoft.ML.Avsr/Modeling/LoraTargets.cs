namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Projections that low-rank adaptation can adapt.</summary>
[Flags]
public enum LoraTargets
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Queries (<c>q_proj</c>).</summary>
    Query = 1,

    /// <summary>Keys (<c>k_proj</c>).</summary>
    Key = 2,

    /// <summary>Values (<c>v_proj</c>).</summary>
    Value = 4,

    /// <summary>Attention output (<c>o_proj</c>).</summary>
    Output = 8,

    /// <summary>SwiGLU gate (<c>gate_proj</c>).</summary>
    Gate = 16,

    /// <summary>SwiGLU up (<c>up_proj</c>).</summary>
    Up = 32,

    /// <summary>SwiGLU down (<c>down_proj</c>).</summary>
    Down = 64,

    /// <summary>Queries and values: the reference's choice.</summary>
    QueryValue = Query | Value,

    /// <summary>All seven projections.</summary>
    All = 127,
}
