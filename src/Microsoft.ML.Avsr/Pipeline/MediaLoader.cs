using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr;

/// <summary>Turns rows' media into what the recogniser takes: decodes files, cuts out mouths. Bad media is a status. Thread-safe.</summary>
internal sealed class MediaLoader
{
    private readonly MediaReader _reader;
    private readonly IMouthRegionLocator _locator;
    private readonly bool _audio;
    private readonly bool _video;

    /// <summary>Makes a loader.</summary>
    /// <param name="settings">How media is read and where the mouth is.</param>
    /// <param name="supported">The streams that the model uses: others are not decoded.</param>
    public MediaLoader(RecognitionSettings settings, Modality supported)
    {
        var wanted = settings.Wanted & supported;
        // A model that cannot use what is asked for gets what there is, and answers nothing.
        if (wanted == Modality.None)
            wanted = settings.Wanted;
        _audio = wanted.HasFlag(Modality.Audio);
        _video = wanted.HasFlag(Modality.Video);
        _reader = new MediaReader(settings.Media with { ReadAudio = settings.Media.ReadAudio && _audio, ReadVideo = settings.Media.ReadVideo && _video });
        _locator = settings.MouthBox is { } box && settings.MouthRegion == MouthRegionMode.FixedBox ? new FixedBoxLocator(box) : new AlreadyCroppedLocator();
    }

    /// <summary>Loads one row's media.</summary>
    public RowMedia Load(MediaReference reference, CancellationToken cancellationToken)
    {
        if (reference.Audio is not null || reference.Video is not null)
            return Crop(new MediaClip(_audio ? reference.Audio : null, _video ? reference.Video : null, MediaStatus.Ok), reference.Box);
        if (reference.Bytes is { Length: > 0 })
            return Crop(_reader.Read(reference.Bytes.AsMemory(), cancellationToken), reference.Box);
        if (string.IsNullOrWhiteSpace(reference.Path))
            return new RowMedia(new SpeechInput(null, null), MediaStatus.Missing, "The row names no media.");
        return Crop(_reader.Read(reference.Path, cancellationToken), reference.Box);
    }

    /// <summary>Loads several rows' media at once.</summary>
    public RowMedia[] Load(IReadOnlyList<MediaReference> references, int parallelism, CancellationToken cancellationToken)
    {
        var loaded = new RowMedia[references.Count];
        if (loaded.Length == 1)
        {
            loaded[0] = Load(references[0], cancellationToken);
            return loaded;
        }
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = parallelism > 0 ? parallelism : Environment.ProcessorCount };
        Parallel.For(0, loaded.Length, options, i => loaded[i] = Load(references[i], cancellationToken));
        return loaded;
    }

    private RowMedia Crop(MediaClip clip, MouthBox? rowBox)
    {
        var (status, problem, video) = (clip.Status, clip.Problem, clip.Video);
        if (video is not null)
        {
            if (rowBox is { IsValid: false })
                (video, problem) = (null, $"The row's mouth box {rowBox} is not a box.");
            else
                video = (rowBox is { } box ? new FixedBoxLocator(box) : _locator).Crop(video, out problem);
            if (video is null)
                status = MediaStatus.NoFace;
            problem ??= clip.Problem;
        }
        try
        {
            return new RowMedia(new SpeechInput(clip.Audio, video), status, problem);
        }
        catch (ArgumentException error)
        {
            // A clip handed in by the caller at another rate.
            return new RowMedia(new SpeechInput(null, null), MediaStatus.Refused, error.Message);
        }
    }
}
