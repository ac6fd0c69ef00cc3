namespace Microsoft.ML.Avsr.Recognition;

/// <summary>A saved model cannot be used; the message says why and what to do.</summary>
public sealed class AvsrModelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and the way out.</param>
    /// <param name="inner">The cause.</param>
    public AvsrModelException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
