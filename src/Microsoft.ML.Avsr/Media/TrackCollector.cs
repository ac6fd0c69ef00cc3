using System.Runtime.InteropServices;

namespace Microsoft.ML.Avsr.Media;

/// <summary>Collects the decoded tracks of one file within the limits.</summary>
internal sealed class TrackCollector
{
    private readonly MediaReaderOptions _options;
    private readonly MediaSourceInfo? _source;
    private GrowingBuffer<byte>? _pixels;   // [frames, height, width]
    private GrowingBuffer<float>? _samples; // [time]
    private AviTrack _frames;

    internal TrackCollector(MediaReaderOptions options, MediaSourceInfo? source)
    {
        _options = options;
        _source = source;
        Refusal = Forbidden(options, source);
    }

    /// <summary>Which limit of the options the file breaks, or null.</summary>
    internal string? Refusal { get; private set; }

    internal AudioClip? Audio { get; private set; }

    internal VideoClip? Video { get; private set; }

    /// <summary>Samples that were not finite or absurdly large and were set to 0 or clipped.</summary>
    internal int BadSamples { get; private set; }

    /// <summary>Prepares for a track.</summary>
    internal void Add(AviTrack track)
    {
        // Where none of the wanted tracks exists, ffmpeg chooses others.
        if (_source is not null && (track.IsVideo ? _source.VideoTracks <= _options.VideoTrack : _source.AudioTracks <= _options.AudioTrack))
            return;
        // The declared length only sizes the first allocation; a lie costs no more than growing would.
        var seconds = Math.Min(Math.Min(_source?.Duration?.TotalSeconds ?? 4, 60), _options.MaxDuration.TotalSeconds) + 0.2;
        if (!track.IsVideo)
        {
            var most = (int)Math.Min((_options.MaxDuration.TotalSeconds + 2) * _options.SampleRate, Array.MaxLength);
            _samples ??= new GrowingBuffer<float>((int)Math.Min(seconds * _options.SampleRate, most), most);
        }
        else if (track.FrameBytes <= 0 || track.FrameBytes > _options.MaxVideoBytes)
        {
            Refusal ??= $"one {track.Width}x{track.Height} frame exceeds MaxVideoBytes ({_options.MaxVideoBytes})";
        }
        else
        {
            _frames = track;
            _pixels ??= new GrowingBuffer<byte>((int)Math.Min(track.FrameBytes * Math.Ceiling(seconds * _options.FrameRate), _options.MaxVideoBytes), _options.MaxVideoBytes);
        }
    }

    /// <summary>Reads one chunk of a track.</summary>
    /// <returns>False where reading should stop: the stream ended, or a limit is reached.</returns>
    internal bool Read(AviReader avi, AviTrack track, int size)
    {
        if (track.IsVideo ? _pixels is not null && size == _frames.FrameBytes : _samples is not null && size % sizeof(float) == 0)
        {
            if (size == 0)
                return true;
            if (track.IsVideo)
            {
                var pixels = _pixels!.Reserve(size);
                if (_pixels.Count / _frames.FrameBytes >= _options.MaxFrames)
                    Refusal = $"it has more frames than MaxFrames ({_options.MaxFrames}); raise it or read windows";
                else if (pixels.IsEmpty)
                    Refusal = $"its {track.Width}x{track.Height} frames exceed MaxVideoBytes ({_options.MaxVideoBytes}); shrink them with ShrinkTo or raise it";
                else if (avi.ReadPayload(pixels))
                    _pixels.Commit(size);
                else
                    return false;
            }
            else
            {
                var samples = _samples!.Reserve(size / sizeof(float));
                if (samples.IsEmpty)
                    Refusal = TooLong(_options, null);
                else if (avi.ReadPayload(MemoryMarshal.AsBytes(samples)))
                    _samples.Commit(samples.Length);
                else
                    return false;
            }
            return Refusal is null;
        }
        if (track.IsVideo && _pixels is not null && size != 0)
            throw new InvalidDataException($"A frame has {size} bytes instead of {_frames.FrameBytes}.");
        avi.SkipPayload(size);
        return true;
    }

    /// <summary>Makes the clips of what was collected.</summary>
    internal void Assemble()
    {
        var frames = _pixels is null ? 0 : (int)(_pixels.Count / _frames.FrameBytes);
        var longest = Math.Max((_samples?.Count ?? 0) / (double)_options.SampleRate, frames / _options.FrameRate);
        if (Refusal is null && longest > _options.MaxDuration.TotalSeconds + 0.5)
            Refusal = TooLong(_options, null);
        if (Refusal is not null)
            return;
        if (_samples is { Count: > 0 })
        {
            BadSamples = AudioSanitizer.Repair(MemoryMarshal.AsMemory(_samples.Items).Span);
            Audio = new AudioClip(_samples.Items, _options.SampleRate);
        }
        if (frames > 0)
        {
            Video = new VideoClip(_pixels!.Items, frames, _frames.Height, _frames.Width, _options.FrameRate, SourceScale(_options, _source, _frames));
        }
    }

    /// <summary>Which limit a description breaks, or null.</summary>
    internal static string? Forbidden(MediaReaderOptions options, MediaSourceInfo? source)
    {
        if (source?.FrameSize is { } size && options.ReadVideo && (size.Width > options.MaxDimension || size.Height > options.MaxDimension))
            return $"its {size.Width}x{size.Height} frames exceed MaxDimension ({options.MaxDimension})";
        return source?.Duration is { } duration && duration > options.MaxDuration + TimeSpan.FromSeconds(0.5) ? TooLong(options, duration) : null;
    }

    /// <summary>Delivered pixels per declared pixel: the longer sides tell whether a frame was shrunk.</summary>
    internal static double SourceScale(MediaReaderOptions options, MediaSourceInfo? source, AviTrack frames)
    {
        var declared = source?.FrameSize is { } size ? Math.Max(size.Width, size.Height) : 0;
        var delivered = Math.Max(frames.Width, frames.Height);
        return options.ShrinkTo > 0 && delivered <= options.ShrinkTo && declared > options.ShrinkTo ? (double)delivered / declared : 1;
    }

    private static string TooLong(MediaReaderOptions options, TimeSpan? duration) => FormattableString.Invariant(
        $"it lasts {(duration is null ? "longer than" : $"{duration.Value.TotalSeconds:0.#} s, which exceeds")} MaxDuration ({options.MaxDuration.TotalSeconds:0.#} s); raise it or read windows");
}
