using System.Runtime.InteropServices;

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

    /// <summary>Samples that were not finite or absurdly large and were set to 0 or clipped.</summary>
    internal int BadSamples { get; private set; }

    internal bool IsEmpty => Audio is null && Video is null;

    /// <summary>Decodes a file, or a stream where <paramref name="path"/> is null.</summary>
    internal static DecodedMedia Run(MediaReaderOptions options, string ffmpeg, string? path, Stream? input, bool audio, bool video, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = new DecodedMedia();
        // One second more than allowed: a clip that gives more than its limit is refused, not cut silently.
        var arguments = FfmpegArguments.Decode(options, path, audio, video, options.MaxDuration + TimeSpan.FromSeconds(1));
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
        result.Refusal ??= Forbidden(options, result.Source);
        return result;
    }

    private void Collect(MediaReaderOptions options, FfmpegProcess process, TimeSpan timeout)
    {
        var avi = new AviReader(process.Output);
        if (!avi.ReadHeader())
            return;
        var source = process.Log.WaitForInput(timeout);
        Refusal = Forbidden(options, source);
        if (Refusal is not null)
            return;
        var seconds = Math.Min(source?.Duration?.TotalSeconds ?? 4, options.MaxDuration.TotalSeconds) + 0.2;
        var frameBytes = (long)avi.Width * avi.Height;
        if (avi.VideoStream >= 0 && (frameBytes <= 0 || frameBytes > options.MaxVideoBytes))
        {
            Refusal = $"one {avi.Width}x{avi.Height} frame exceeds MaxVideoBytes ({options.MaxVideoBytes})";
            return;
        }
        var pixels = avi.VideoStream < 0 ? null : new GrowingBuffer<byte>((int)Math.Min(frameBytes * Math.Ceiling(seconds * options.FrameRate), options.MaxVideoBytes), options.MaxVideoBytes);
        var maxSamples = (int)Math.Min((options.MaxDuration.TotalSeconds + 2) * options.SampleRate, Array.MaxLength);
        var samples = avi.AudioStream < 0 ? null : new GrowingBuffer<float>((int)Math.Min(seconds * options.SampleRate, maxSamples), maxSamples);
        while (Refusal is null && avi.NextChunk(out var stream, out var size))
        {
            if (stream == avi.VideoStream && size == frameBytes)
            {
                var target = pixels!.Reserve(size);
                if (target.IsEmpty)
                    Refusal = $"its {avi.Width}x{avi.Height} frames exceed MaxVideoBytes ({options.MaxVideoBytes}); shrink them with ShrinkTo or raise it";
                else if (avi.ReadPayload(target))
                    pixels.Commit(size);
                else
                    break;
            }
            else if (stream == avi.AudioStream && size % sizeof(float) == 0)
            {
                var target = samples!.Reserve(size / sizeof(float));
                if (size > 0 && target.IsEmpty)
                    Refusal = TooLong(options, null);
                else if (avi.ReadPayload(MemoryMarshal.AsBytes(target)))
                    samples.Commit(target.Length);
                else
                    break;
            }
            else if (stream == avi.VideoStream && size != 0)
            {
                throw new InvalidDataException($"A frame has {size} bytes instead of {frameBytes}.");
            }
            else
            {
                avi.SkipPayload(size);
            }
        }
        if (Refusal is null)
            Assemble(options, avi, source, samples, pixels, frameBytes);
    }

    private void Assemble(MediaReaderOptions options, AviReader avi, MediaSourceInfo? source, GrowingBuffer<float>? samples, GrowingBuffer<byte>? pixels, long frameBytes)
    {
        var longest = Math.Max((samples?.Count ?? 0) / (double)options.SampleRate, pixels is null ? 0 : pixels.Count / frameBytes / options.FrameRate);
        if (longest > options.MaxDuration.TotalSeconds + 0.5)
        {
            Refusal = TooLong(options, null);
            return;
        }
        if (samples is { Count: > 0 })
        {
            BadSamples = AudioSanitizer.Repair(MemoryMarshal.AsMemory(samples.Items).Span);
            Audio = new AudioClip(samples.Items, options.SampleRate);
        }
        if (pixels is { Count: > 0 })
        {
            // Upright size against the declared one: equal longer sides mean that nothing was shrunk.
            var declared = source?.FrameSize is { } size ? Math.Max(size.Width, size.Height) : 0;
            var delivered = Math.Max(avi.Width, avi.Height);
            var scale = options.ShrinkTo > 0 && delivered <= options.ShrinkTo && declared > options.ShrinkTo ? (double)delivered / declared : 1;
            Video = new VideoClip(pixels.Items, (int)(pixels.Count / frameBytes), avi.Height, avi.Width, options.FrameRate, scale);
        }
    }

    private static string? Forbidden(MediaReaderOptions options, MediaSourceInfo? source)
    {
        if (source?.FrameSize is { } size && options.ReadVideo && (size.Width > options.MaxDimension || size.Height > options.MaxDimension))
            return $"its {size.Width}x{size.Height} frames exceed MaxDimension ({options.MaxDimension})";
        return source?.Duration is { } duration && duration > options.MaxDuration + TimeSpan.FromSeconds(0.5) ? TooLong(options, duration) : null;
    }

    private static string TooLong(MediaReaderOptions options, TimeSpan? duration) => FormattableString.Invariant(
        $"it lasts {(duration is null ? "longer than" : $"{duration.Value.TotalSeconds:0.#} s, which exceeds")} MaxDuration ({options.MaxDuration.TotalSeconds:0.#} s); raise it or read windows");
}
