namespace Microsoft.ML.Avsr.Media;

public sealed partial class MediaReader
{
    /// <summary>
    /// Reads a recording of any length in overlapping windows: memory holds one window and what the next one shares with it, never the
    /// whole. <see cref="MediaReaderOptions.MaxDuration"/> does not apply, and <see cref="MediaReaderOptions.Timeout"/> is the longest
    /// that one window may take; <see cref="MediaReaderOptions.MaxVideoBytes"/> bounds a window.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="window">Length of a window.</param>
    /// <param name="overlap">How much each window repeats of the one before; shorter than a window.</param>
    /// <param name="cancellationToken">Stops at once; the child process is killed.</param>
    /// <returns>The windows in order; the last may be shorter. A file that cannot be read gives one window with its status.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A length is out of range.</exception>
    /// <exception cref="MediaException">ffmpeg is missing or cannot be started.</exception>
    public IEnumerable<MediaWindow> ReadWindows(string path, TimeSpan window, TimeSpan overlap = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (window < TimeSpan.FromSeconds(0.1) || window > TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(window), window, "Must be 0.1 s to 1 hour.");
        if (overlap < TimeSpan.Zero || overlap >= window)
            throw new ArgumentOutOfRangeException(nameof(overlap), overlap, "Must be 0 or more and shorter than the window.");
        return Windows(path, window, overlap, cancellationToken);
    }

    private IEnumerable<MediaWindow> Windows(string path, TimeSpan window, TimeSpan overlap, CancellationToken cancellation)
    {
        if (Inspect(ref path) is { } problem)
        {
            yield return new MediaWindow(TimeSpan.Zero, problem);
            yield break;
        }
        // All positions are whole frames and samples, so that windows stay on one clock however many there are.
        var frames = Math.Max(1, (long)Math.Round(window.TotalSeconds * _options.FrameRate));
        var step = Math.Max(1, (long)Math.Round((window - overlap).TotalSeconds * _options.FrameRate));
        var arguments = FfmpegArguments.Decode(_options, [path], _options.ReadAudio, _options.ReadVideo, TimeSpan.FromDays(30));
        using var process = FfmpegProcess.Start(Ffmpeg.Require(_options.FfmpegPath), arguments, null, Timeout.InfiniteTimeSpan, cancellation);
        var stream = new WindowBuffer(_options, process, path);
        for (long index = 0; ; index++)
        {
            process.Restart(_options.Timeout);
            var clip = stream.Next(index * step, frames, step);
            process.Restart(Timeout.InfiniteTimeSpan); // the caller's own time does not count
            if (clip is null)
                yield break;
            yield return new MediaWindow(TimeSpan.FromSeconds(index * step / _options.FrameRate), clip);
            if (stream.IsAtEnd)
                yield break;
        }
    }
}
