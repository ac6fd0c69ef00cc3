namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>A weights file that is refused: names the file, the tensor or key inside it, and the rule that it breaks.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">Path of the file or folder.</param>
    /// <param name="key">Tensor, key or entry inside the file; null when the file as a whole is refused.</param>
    /// <param name="rule">What is wrong, and which value was allowed.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointException(string file, string? key, string rule, Exception? innerException = null)
        : base(key is null ? $"'{file}': {rule}" : $"'{file}', '{Shorten(key)}': {rule}", innerException)
    {
        File = file;
        Key = key;
        Rule = rule;
    }

    /// <summary>Path of the file or folder that is refused.</summary>
    public string File { get; }

    /// <summary>Tensor, key or entry that breaks the rule; null when it is the file as a whole.</summary>
    public string? Key { get; }

    /// <summary>The rule that is broken, with the offending value.</summary>
    public string Rule { get; }

    // Names come from the file, so a hostile one must not make a message of megabytes.
    internal static string Shorten(string text) => text.Length <= 200 ? text : string.Concat(text.AsSpan(0, 200), "...");
}
