namespace Microsoft.ML.Avsr.Media;

/// <summary>Media cannot be read for a reason that is not the file's: ffmpeg is missing, or a WAV stream is not WAV.</summary>
public sealed class MediaException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">What failed and the way out.</param>
    public MediaException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">What failed and the way out.</param>
    /// <param name="innerException">The cause.</param>
    public MediaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
