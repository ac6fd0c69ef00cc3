using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr;

/// <summary>A row lacks a stream, where the options say that this stops the work: <see cref="MissingModality.Throw"/>.</summary>
public sealed class AvsrMediaException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="source">The row's media.</param>
    /// <param name="status">What became of it.</param>
    /// <param name="message">What is wrong and what can be done.</param>
    public AvsrMediaException(string source, MediaStatus status, string message) : base(message)
    {
        MediaSource = source;
        Status = status;
    }

    /// <summary>The row's media: a path, or a description.</summary>
    public string MediaSource { get; }

    /// <summary>What became of it.</summary>
    public MediaStatus Status { get; }
}
