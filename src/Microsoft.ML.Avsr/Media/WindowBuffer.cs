using System.Runtime.InteropServices;

namespace Microsoft.ML.Avsr.Media;

/// <summary>Cuts the stream of one ffmpeg child into windows, keeping only what the next window needs.</summary>
internal sealed class WindowBuffer
{
    private const long CollectAfter = 48 << 20;

    private readonly MediaReaderOptions _options;
    private readonly FfmpegProcess _process;
    private readonly AviReader _avi;
    private readonly string _path;
    private readonly string? _refusal;
    private readonly Queue<byte[]> _early = new(); // frames [height, width] that belong to later windows
    private readonly Stack<byte[]> _spare = new(); // their buffers, used again
    private readonly List<float> _samples = [];
    private readonly AviTrack _video;
    private readonly int _videoStream = -1, _audioStream = -1;
    private byte[] _pixels = []; // the window being filled [length, height, width]; it is handed out, never used again
    private long _start, _length; // the window, in frames
    private long _framesRead, _firstSample; // positions in the recording: after the last frame, of the first kept sample
    private long _allocated; // bytes of frames since the last collection
    private bool _ended, _started;

    internal WindowBuffer(MediaReaderOptions options, FfmpegProcess process, string path)
    {
        _options = options;
        _process = process;
        _path = path;
        _avi = new AviReader(process.Output);
        var source = process.Log.WaitForInput(options.Timeout);
        _refusal = TrackCollector.Forbidden(options with { MaxDuration = TimeSpan.FromDays(7) }, source);
        _ended = _refusal is not null || !ReadHeader();
        for (var i = 0; !_ended && i < _avi.Tracks.Count; i++)
        {
            var track = _avi.Tracks[i];
            if (track.IsVideo && source?.VideoTracks > options.VideoTrack)
                (_videoStream, _video) = (i, track);
            else if (!track.IsVideo && source?.AudioTracks > options.AudioTrack)
                _audioStream = i;
        }
    }

    /// <summary>Whether the window that was returned last ends with the recording.</summary>
    internal bool IsAtEnd { get; private set; }

    /// <summary>The window that starts at a frame position.</summary>
    /// <param name="start">In frames.</param>
    /// <param name="length">In frames.</param>
    /// <param name="step">Where the next window starts, in frames from this one's start.</param>
    /// <returns>The window, or null where the recording has no more.</returns>
    internal MediaClip? Next(long start, long length, long step)
    {
        _process.ThrowIfCancelled();
        if (_refusal is not null)
            return Last(MediaStatus.Refused, $"'{_path}' is refused: {_refusal}.");
        if (_videoStream >= 0 && length * _video.FrameBytes > _options.MaxVideoBytes)
            return Last(MediaStatus.Refused, $"'{_path}' is refused: a window of {length} frames of {_video.Width}x{_video.Height} exceeds MaxVideoBytes ({_options.MaxVideoBytes}).");
        if (_videoStream >= 0 && length > _options.MaxFrames)
            return Last(MediaStatus.Refused, $"'{_path}' is refused: a window of {length} frames exceeds MaxFrames ({_options.MaxFrames}).");
        Begin(start, length);
        var lastSample = Samples(start + length);
        try
        {
            while (!_ended && (Misses(_videoStream, _framesRead, start + length) || Misses(_audioStream, _firstSample + _samples.Count, lastSample)) && BothAreBounded(start + length, lastSample))
                ReadChunk();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            _ended = true;
        }
        _process.ThrowIfCancelled();
        IsAtEnd = _ended && _framesRead <= start + length && _firstSample + _samples.Count <= lastSample;
        var clip = Take(start, length);
        Drop(start + step);
        return clip;

        static bool Misses(int stream, long have, long need) => stream >= 0 && have < need;
    }

    // One track may end early: then the other must not pile up while its end is awaited.
    private bool BothAreBounded(long frame, long sample) =>
        _framesRead < frame + 20 * _options.FrameRate && _firstSample + _samples.Count < sample + 20L * _options.SampleRate;

    private MediaClip? Take(long start, long length)
    {
        var count = _videoStream < 0 ? 0 : (int)Math.Clamp(_framesRead - start, 0, length);
        VideoClip? video = null;
        if (count > 0)
        {
            video = new VideoClip(_pixels.AsMemory(0, (int)(count * _video.FrameBytes)), count, _video.Height, _video.Width, _options.FrameRate, TrackCollector.SourceScale(_options, _process.Log.Input, _video));
        }
        var from = (int)(Samples(start) - _firstSample);
        var samples = (int)Math.Clamp(_firstSample + _samples.Count - Samples(start), 0, Samples(start + length) - Samples(start));
        AudioClip? audio = null;
        if (samples > 0)
        {
            var values = CollectionsMarshal.AsSpan(_samples).Slice(from, samples).ToArray();
            AudioSanitizer.Repair(values);
            audio = new AudioClip(values, _options.SampleRate);
        }
        var source = _process.Log.Input;
        if (audio is null && video is null)
        {
            if (_started)
                return null;
            return _process.TimedOut
                ? Last(MediaStatus.TimedOut, $"'{_path}' gave nothing within Timeout ({_options.Timeout.TotalSeconds:0.#} s).")
                : Last(MediaStatus.Unreadable, $"'{_path}' cannot be decoded: {_process.Log.Reason("it has no content")}");
        }
        _started = true;
        if (IsAtEnd && _process.TimedOut)
            return new MediaClip(audio, video, MediaStatus.TimedOut, $"'{_path}': a window took longer than Timeout ({_options.Timeout.TotalSeconds:0.#} s); the rest is missing.", source);
        if (IsAtEnd && (_process.Log.SaysTruncated || End(start, count, samples) + MediaReader.EndTolerance < source?.Duration))
            return new MediaClip(audio, video, MediaStatus.Truncated, $"'{_path}' ends early: {_process.Log.Reason("the rest is missing")}", source);
        if (_options.ReadVideo && video is null)
            return new MediaClip(audio, null, MediaStatus.AudioOnly, $"'{_path}' has no frames here.", source);
        if (_options.ReadAudio && audio is null)
            return new MediaClip(null, video, MediaStatus.VideoOnly, $"'{_path}' has no sound here.", source);
        return new MediaClip(audio, video, MediaStatus.Ok, null, source);
    }

    private TimeSpan End(long start, int frames, int samples) =>
        TimeSpan.FromSeconds(Math.Max((start + frames) / _options.FrameRate, (Samples(start) + samples) / (double)_options.SampleRate));

    // A fresh array per window; what it shares with the one before is copied, frames that came early are moved in.
    private void Begin(long start, long length)
    {
        var (before, beforeStart) = (_pixels, _start);
        (_start, _length) = (start, length);
        if (_videoStream < 0)
            return;
        var size = (int)_video.FrameBytes;
        _allocated += length * size;
        if (_allocated > CollectAfter)
        {
            // Earlier windows are garbage as soon as the caller has moved on, but the collector lets large arrays pile up for long:
            // without this a two-hour recording holds 500 MB at its peak instead of some windows.
            _allocated = 0;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
        _pixels = GC.AllocateUninitializedArray<byte>((int)(length * size));
        var kept = Math.Min(_framesRead - _early.Count, beforeStart + before.Length / size) - start;
        if (kept > 0)
            before.AsSpan((int)((start - beforeStart) * size), (int)(kept * size)).CopyTo(_pixels);
        for (var t = Math.Max(0, kept); t < length && _early.TryDequeue(out var frame); t++)
        {
            frame.CopyTo(_pixels, t * size);
            _spare.Push(frame);
        }
    }

    private void Drop(long start)
    {
        var samples = (int)Math.Clamp(Samples(start) - _firstSample, 0, _samples.Count);
        _samples.RemoveRange(0, samples);
        _firstSample += samples;
    }

    private void ReadChunk()
    {
        if (!_avi.NextChunk(out var stream, out var size))
        {
            _ended = true;
        }
        else if (stream == _videoStream && size == _video.FrameBytes)
        {
            var isEarly = _framesRead >= _start + _length;
            var frame = isEarly ? (_spare.TryPop(out var spare) ? spare : new byte[size]) : _pixels;
            if (!_avi.ReadPayload(isEarly ? frame : frame.AsSpan((int)((_framesRead - _start) * size), size)))
            {
                _ended = true;
            }
            else
            {
                _framesRead++;
                if (isEarly)
                    _early.Enqueue(frame);
            }
        }
        else if (stream == _audioStream && size % sizeof(float) == 0)
        {
            var at = _samples.Count;
            CollectionsMarshal.SetCount(_samples, at + size / sizeof(float));
            if (!_avi.ReadPayload(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_samples)[at..])))
            {
                CollectionsMarshal.SetCount(_samples, at);
                _ended = true;
            }
        }
        else
        {
            _avi.SkipPayload(size);
        }
        if (_ended)
            _process.Finish();
    }

    private bool ReadHeader()
    {
        try
        {
            return _avi.ReadHeader();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return false;
        }
    }

    private MediaClip Last(MediaStatus status, string problem)
    {
        IsAtEnd = true;
        return new MediaClip(null, null, status, problem, _process.Log.Input);
    }

    private long Samples(long frame) => (long)Math.Round(frame * (double)_options.SampleRate / _options.FrameRate);
}
