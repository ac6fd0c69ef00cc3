namespace Microsoft.ML.Avsr.Modeling;

/// <summary>The prompts that the published models were trained with (specification 6.3).</summary>
public static class ReferencePrompts
{
    /// <summary>After audio tokens.</summary>
    public const string Audio = "Transcribe speech to text.";

    /// <summary>After video tokens.</summary>
    public const string Video = "Transcribe video to text.";

    /// <summary>After both.</summary>
    public const string AudioVisual = "Transcribe speech and video to text.";
}
