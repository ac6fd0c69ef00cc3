namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Reads any audio or video file as 16 kHz mono samples and 25 fps grey frames. Bad media is a <see cref="MediaClip.Status"/> with a
/// reason, never an exception, so that one bad file does not stop a job. Decoding is done by an ffmpeg child process, which gets an
/// explicit argument list, no shell, no network and the limits of <see cref="MediaReaderOptions"/>; PCM WAV needs no ffmpeg.
/// Instances are immutable and can be used by many threads.
/// </summary>
public sealed partial class MediaReader
{
    private readonly MediaReaderOptions _options;

    /// <summary>Makes a reader.</summary>
    /// <param name="options">What to decode and what to refuse; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    /// <exception cref="ArgumentException">Neither sound nor frames are wanted.</exception>
    public MediaReader(MediaReaderOptions? options = null)
    {
        _options = options ?? new MediaReaderOptions();
        _options.Validate();
    }

    /// <summary>The options in force.</summary>
    public MediaReaderOptions Options => _options;

    /// <summary>Reads one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops at once; the child process is killed.</param>
    /// <returns>What could be decoded, and the status.</returns>
    /// <exception cref="MediaException">ffmpeg is missing or cannot be started.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public MediaClip Read(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        cancellationToken.ThrowIfCancellationRequested();
        if (Inspect(ref path) is { } problem)
            return problem;
        try
        {
            using var file = Open(path);
            if (LooksLikeWave(file) && ReadWave(file, $"'{path}'") is { } clip)
                return clip;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(MediaStatus.Missing, $"'{path}' cannot be opened: {e.Message}");
        }
        return Decode(path, null, $"'{path}'", cancellationToken);
    }

    /// <summary>Reads media that is in memory.</summary>
    /// <param name="bytes">A whole media file.</param>
    /// <param name="cancellationToken">Stops at once; the child process is killed.</param>
    /// <returns>What could be decoded, and the status.</returns>
    /// <exception cref="MediaException">ffmpeg is missing or cannot be started.</exception>
    public MediaClip Read(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        const string Name = "The media in memory";
        if (bytes.IsEmpty)
            return Failed(MediaStatus.Empty, $"{Name} has no bytes.");
        var stream = new ReadOnlyMemoryStream(bytes);
        if (LooksLikeWave(stream) && ReadWave(stream, Name) is { } clip)
            return clip;
        return Decode(null, () => new ReadOnlyMemoryStream(bytes), Name, cancellationToken);
    }

    /// <summary>Reads media from a stream, from its current position to its end. At most <paramref name="maxBytes"/> are held in memory.</summary>
    /// <param name="stream">A whole media file; need not be seekable.</param>
    /// <param name="maxBytes">The most that is read; larger media is refused.</param>
    /// <param name="cancellationToken">Stops at once; the child process is killed.</param>
    /// <returns>What could be decoded, and the status.</returns>
    /// <exception cref="MediaException">ffmpeg is missing or cannot be started.</exception>
    public MediaClip Read(Stream stream, int maxBytes = 1 << 28, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        var buffer = new GrowingBuffer<byte>(1 << 16, maxBytes);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var room = buffer.Reserve(Math.Min(1 << 16, maxBytes - buffer.Count));
                var read = room.IsEmpty ? (stream.ReadByte() < 0 ? 0 : -1) : stream.Read(room);
                if (read < 0)
                    return Failed(MediaStatus.Refused, $"The stream has more than maxBytes ({maxBytes}) bytes; write it to a file or raise the limit.");
                if (read == 0)
                    break;
                buffer.Commit(read);
            }
        }
        catch (IOException e)
        {
            return Failed(MediaStatus.Unreadable, $"The stream cannot be read: {e.Message}");
        }
        return Read(buffer.Items, cancellationToken);
    }

    // Makes the path full; a clip with the reason where there is nothing to decode.
    private static MediaClip? Inspect(ref string path)
    {
        try
        {
            if (path.Length == 0)
                return Failed(MediaStatus.Missing, "The path is empty.");
            path = Path.GetFullPath(path);
            if (Directory.Exists(path))
                return Failed(MediaStatus.Missing, $"'{path}' is a folder.");
            var info = new FileInfo(path);
            if (!info.Exists)
                return Failed(MediaStatus.Missing, $"There is no file '{path}'.");
            if (info.Length == 0) // also devices and named pipes, which could block for ever
                return Failed(MediaStatus.Empty, $"'{path}' has no bytes.");
            using var file = Open(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Failed(MediaStatus.Missing, $"'{path}' cannot be opened: {e.Message}");
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 16);

    private static MediaClip Failed(MediaStatus status, string problem) => new(null, null, status, problem);

    private static bool LooksLikeWave(Stream stream)
    {
        Span<byte> head = stackalloc byte[12];
        var isWave = stream.ReadAtLeast(head, 12, throwOnEndOfStream: false) == 12 && head[..4].SequenceEqual("RIFF"u8) && head[8..].SequenceEqual("WAVE"u8);
        stream.Position = 0;
        return isWave;
    }
}
