namespace Microsoft.ML.Avsr.Text;

/// <summary>A tokenizer file or definition that cannot be used. The message names the file, the entry and the rule it breaks.</summary>
public sealed class TokenizerException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">File, entry and rule.</param>
    /// <param name="innerException">The cause, if any.</param>
    public TokenizerException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
