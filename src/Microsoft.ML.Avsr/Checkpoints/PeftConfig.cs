namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>The settings of a PEFT LoRA adapter (<c>adapter_config.json</c>).</summary>
public sealed record PeftConfig
{
    /// <summary>Inner width of the adapter, <c>r</c>.</summary>
    public required int Rank { get; init; }

    /// <summary>Numerator of the scale, <c>lora_alpha</c>.</summary>
    public required double Alpha { get; init; }

    /// <summary>Names of the adapted layers, for example <c>q_proj</c>; sorted.</summary>
    public required IReadOnlyList<string> TargetModules { get; init; }

    /// <summary>Dropout in front of the adapter while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether the scale divides by the square root of the rank (<c>use_rslora</c>).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>Name or path of the model that was adapted, as written in the file; never opened.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Factor on the adapter's output: alpha / rank, or alpha / sqrt(rank).</summary>
    public double Scale => RankStabilized ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;
}
