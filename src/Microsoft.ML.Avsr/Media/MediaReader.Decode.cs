using System.Diagnostics;

namespace Microsoft.ML.Avsr.Media;

public sealed partial class MediaReader
{
    // Less than this may be missing at the end: containers round, encoders pad.
    internal static readonly TimeSpan EndTolerance = TimeSpan.FromSeconds(0.5);

    /// <summary>Reads PCM WAV; null where ffmpeg should try (compressed WAV).</summary>
    private MediaClip? ReadWave(Stream stream, string name)
    {
        try
        {
            var (clip, truncated, bad, channels) = WaveFile.Decode(stream, _options.MaxDuration);
            var source = new MediaSourceInfo { Container = "wav", Duration = clip.Duration, SampleRate = clip.SampleRate, AudioTracks = 1 };
            if (clip.Samples.Length == 0)
                return new MediaClip(null, null, truncated ? MediaStatus.Truncated : MediaStatus.Empty, $"{name} has a header but no samples.", source);
            var audio = _options.ReadAudio ? AudioResampler.Resample(clip, _options.SampleRate) : null;
            if (audio is null)
                return new MediaClip(null, null, MediaStatus.NoTracks, $"{name} has no video track.", source);
            if (truncated)
                return new MediaClip(audio, null, MediaStatus.Truncated, $"{name} ends before the end that its header declares.", source);
            if (bad > 0)
                return new MediaClip(audio, null, MediaStatus.Damaged, $"{name} has {bad} samples that are not finite or far beyond full scale; they were silenced or clipped.", source);
            return _options.ReadVideo
                ? new MediaClip(audio, null, MediaStatus.AudioOnly, $"{name} has no video track.", source)
                : new MediaClip(audio, null, MediaStatus.Ok, null, source);
        }
        catch (MediaException e) when (e.Message.Contains(nameof(MediaReaderOptions.MaxDuration), StringComparison.Ordinal))
        {
            return Failed(MediaStatus.Refused, $"{name}: {e.Message}");
        }
        catch (MediaException e)
        {
            // A kind of WAV that only ffmpeg knows, or nonsense, which it will name too.
            return Ffmpeg.Find(_options.FfmpegPath) is null ? Failed(MediaStatus.Unreadable, $"{name}: {e.Message} {Ffmpeg.HowToInstall}") : null;
        }
        catch (IOException e)
        {
            return Failed(MediaStatus.Unreadable, $"{name} cannot be read: {e.Message}");
        }
    }

    private MediaClip Decode(string? path, Func<Stream>? open, string name, CancellationToken cancellation)
    {
        var ffmpeg = Ffmpeg.Require(_options.FfmpegPath);
        var clock = Stopwatch.StartNew();
        var both = Run(_options.ReadAudio, _options.ReadVideo);
        AudioClip? audio = both.Audio;
        VideoClip? video = both.Video;
        if (both.IsEmpty && both.Refusal is null && !both.TimedOut && _options.ReadAudio && _options.ReadVideo
            && both.Source is { AudioTracks: > 0, VideoTracks: > 0 })
        {
            // One track that cannot be decoded must not take the other with it.
            audio = Run(audio: true, video: false).Audio;
            video = Run(audio: false, video: true).Video;
        }
        return Judge(both, audio, video, name);

        DecodedMedia Run(bool audio, bool video)
        {
            var left = _options.Timeout - clock.Elapsed;
            using var input = open?.Invoke();
            return DecodedMedia.Run(_options, ffmpeg, path, input, audio, video, left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), cancellation);
        }
    }

    // The order matters: a broken limit outranks damage, which outranks a missing modality.
    private MediaClip Judge(DecodedMedia run, AudioClip? audio, VideoClip? video, string name)
    {
        var source = run.Source;
        var reason = run.Reason is null ? "" : $": {run.Reason}";
        if (run.Refusal is not null)
            return new MediaClip(null, null, MediaStatus.Refused, $"{name} is refused: {run.Refusal}.", source);
        if (run.TimedOut)
            return new MediaClip(null, null, MediaStatus.TimedOut, FormattableString.Invariant($"{name} was not decoded within Timeout ({_options.Timeout.TotalSeconds:0.#} s)."), source);
        if (audio is null && video is null)
        {
            if (source is null || (run.ErrorCount > 0 && source is { AudioTracks: 0, VideoTracks: 0 }))
                return new MediaClip(null, null, MediaStatus.Unreadable, $"{name} is not media that ffmpeg can open{reason}", source);
            var wanted = (_options.ReadAudio && source.AudioTracks > _options.AudioTrack) || (_options.ReadVideo && source.VideoTracks > _options.VideoTrack);
            if (!wanted)
                return new MediaClip(null, null, MediaStatus.NoTracks, $"{name} has {source.AudioTracks} audio and {source.VideoTracks} video tracks, none of them wanted.", source);
            return run.ErrorCount > 0
                ? new MediaClip(null, null, MediaStatus.Unreadable, $"{name} cannot be decoded{reason}", source)
                : new MediaClip(null, null, MediaStatus.Empty, $"{name} has tracks without any content.", source);
        }
        var longest = Max(audio?.Duration ?? TimeSpan.Zero, video?.Duration ?? TimeSpan.Zero);
        if (run.SaysTruncated || (source?.Duration is { } declared && longest + EndTolerance < declared))
        {
            var of = source?.Duration is { } d ? FormattableString.Invariant($" of {d.TotalSeconds:0.##} s") : "";
            return new MediaClip(audio, video, MediaStatus.Truncated, FormattableString.Invariant($"{name} is cut off: {longest.TotalSeconds:0.##} s{of} could be decoded{reason}"), source);
        }
        if (_options.ReadVideo && video is null)
            return new MediaClip(audio, null, MediaStatus.AudioOnly, $"{name} {Absent("video", source?.VideoTracks, reason)}", source);
        if (_options.ReadAudio && audio is null)
            return new MediaClip(null, video, MediaStatus.VideoOnly, $"{name} {Absent("audio", source?.AudioTracks, reason)}", source);
        if (run.ErrorCount > 0 || run.ExitCode != 0)
            return new MediaClip(audio, video, MediaStatus.Damaged, $"{name} is damaged; what could be decoded is used{reason}", source);
        if (run.BadSamples > 0)
            return new MediaClip(audio, video, MediaStatus.Damaged, $"{name} has {run.BadSamples} samples that are not finite or far beyond full scale; they were silenced or clipped.", source);
        return new MediaClip(audio, video, MediaStatus.Ok, null, source);

        static string Absent(string track, int? count, string reason) =>
            count is null or 0 ? $"has no {track} track." : $"has a {track} track that gives nothing{reason}";
        static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
    }
}
