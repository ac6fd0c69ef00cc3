namespace Microsoft.ML.Avsr.Recognition;

/// <summary>When a beam search ends, once as many hypotheses are finished as there are beams (<c>early_stopping</c> in Hugging Face's terms).</summary>
public enum BeamStopping
{
    /// <summary>When the best open beam, ending now, could not beat the worst finished hypothesis (<c>False</c>): the reference's rule.</summary>
    Attainable,

    /// <summary>At once (<c>True</c>).</summary>
    Immediate,

    /// <summary>When no open beam could beat it at any length up to the limit (<c>"never"</c>): the most thorough.</summary>
    Exhaustive,
}
