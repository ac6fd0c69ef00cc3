namespace Microsoft.ML.Avsr.Media;

/// <summary>One run of ffmpeg over one file: what came out and how it ended.</summary>
internal sealed class DecodedMedia
{
    internal AudioClip? Audio { get; private set; }

    internal VideoClip? Video { get; private set; }

    internal MediaSourceInfo? Source { get; private set; }

    /// <summary>Which limit of the options the file breaks, or null.</summary>
    internal string? Refusal { get; private set; }

    internal bool TimedOut { get; private set; }

    internal bool SaysTruncated { get; private set; }

    internal int ErrorCount { get; private set; }

    /// <summary>ffmpeg's reason, or null where it had nothing to say.</summary>
    internal string? Reason { get; private set; }

    internal int ExitCode { get; private set; }

    internal int BadSamples { get; private set; }

    internal bool IsEmpty => Audio is null && Video is null;

    /// <summary>Decodes a file, or a stream where <paramref name="path"/> is null.</summary>
    internal static DecodedMedia Run(MediaReaderOptions options, string ffmpeg, string? path, Stream? input, bool audio, bool video, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = new DecodedMedia();
        // One second more than allowed: a clip that gives more than its limit is refused, not cut silently.
        var arguments = FfmpegArguments.Decode(options, path is null ? [] : [path], audio, video, options.MaxDuration + TimeSpan.FromSeconds(1));
        using var process = FfmpegProcess.Start(ffmpeg, arguments, input, timeout, cancellation);
        try
        {
            result.Collect(options, process, timeout);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            result.Reason = e.Message;
        }
        if (result.Refusal is null)
            result.ExitCode = process.Finish();
        cancellation.ThrowIfCancellationRequested();
        result.TimedOut = process.TimedOut;
        result.Source = process.Log.Input;
        result.SaysTruncated = process.Log.SaysTruncated;
        result.ErrorCount = process.Log.ErrorCount;
        if (result.ErrorCount > 0)
            result.Reason = process.Log.Reason("");
        result.Refusal ??= TrackCollector.Forbidden(options, result.Source);
        return result;
    }

    /// <summary>
    /// Decodes several files in one process, which costs far less than one process each. Only for files without any trouble:
    /// null where there is the slightest, so that the caller reads them one by one and each gets its own status.
    /// </summary>
    internal static MediaClip[]? RunBatch(MediaReaderOptions options, string ffmpeg, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var arguments = FfmpegArguments.Decode(options, paths, options.ReadAudio, options.ReadVideo, options.MaxDuration + TimeSpan.FromSeconds(1));
        using var process = FfmpegProcess.Start(ffmpeg, arguments, null, options.Timeout, cancellation);
        var files = new TrackCollector[paths.Count];
        try
        {
            process.Log.WaitForInput(options.Timeout);
            var inputs = process.Log.Inputs;
            var avi = new AviReader(process.Output);
            if (inputs.Any(input => TrackCollector.Forbidden(options, input) is not null) || !avi.ReadHeader())
                return null;
            process.Log.WaitForMapping(options.Timeout);
            var mapping = process.Log.Mapping;
            if (inputs.Count != paths.Count || mapping.Count != avi.Tracks.Count)
                return null;
            for (var i = 0; i < files.Length; i++)
                files[i] = new TrackCollector(options, inputs[i]);
            for (var i = 0; i < mapping.Count; i++)
                files[mapping[i]].Add(avi.Tracks[i]);
            while (avi.NextChunk(out var stream, out var size))
            {
                if (stream >= mapping.Count || !files[mapping[stream]].Read(avi, avi.Tracks[stream], size))
                    return null;
            }
            if (process.Finish() != 0 || process.Log.ErrorCount > 0 || process.TimedOut)
                return null;
            inputs = process.Log.Inputs; // with measured times
            var clips = new MediaClip[files.Length];
            for (var i = 0; i < files.Length; i++)
            {
                var file = files[i];
                file.Assemble();
                var longest = Math.Max(file.Audio?.Duration.TotalSeconds ?? 0, file.Video?.Duration.TotalSeconds ?? 0);
                if (file.Refusal is not null || file.BadSamples > 0 || longest + MediaReader.EndTolerance.TotalSeconds < inputs[i].Duration?.TotalSeconds
                    || (options.ReadAudio && file.Audio is null) || (options.ReadVideo && file.Video is null))
                    return null;
                clips[i] = new MediaClip(file.Audio, file.Video, MediaStatus.Ok, null, inputs[i]);
            }
            return clips;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    private void Collect(MediaReaderOptions options, FfmpegProcess process, TimeSpan timeout)
    {
        // Before the output: what the file declares may refuse it, and the first bytes of a file of tiny frames can take long to come.
        var file = new TrackCollector(options, process.Log.WaitForInput(timeout));
        Refusal = file.Refusal;
        var avi = new AviReader(process.Output);
        if (Refusal is not null || !avi.ReadHeader())
            return;
        foreach (var track in avi.Tracks)
            file.Add(track);
        if (file.Refusal is null)
        {
            while (avi.NextChunk(out var stream, out var size))
            {
                if (stream >= avi.Tracks.Count || !file.Read(avi, avi.Tracks[stream], size))
                    break;
            }
            file.Assemble();
        }
        Refusal = file.Refusal;
        Audio = file.Audio;
        Video = file.Video;
        BadSamples = file.BadSamples;
    }
}
