using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr;

/// <summary>Turns rows' media into what the recogniser takes: decodes files, cuts out mouths. Bad media is a status. Thread-safe.</summary>
internal sealed class MediaLoader : IDisposable
{
    private readonly RecognitionSettings _settings;
    private readonly MediaReader _reader;
    private readonly IMouthRegionLocator _locator;
    private readonly YuNetDetector? _detector;
    private readonly bool _audio;
    private readonly bool _video;
    private readonly Modality _expected; // the streams that a row lacks when they are not there

    /// <summary>Makes a loader.</summary>
    /// <param name="settings">How media is read and where the mouth is.</param>
    /// <param name="supported">The streams that the model uses: others are not decoded.</param>
    /// <exception cref="MediaException">The face detector's weights cannot be read.</exception>
    public MediaLoader(RecognitionSettings settings, Modality supported)
    {
        _settings = settings;
        var wanted = settings.Wanted & supported;
        // A model that cannot use what is asked for gets what there is, and answers nothing.
        if (wanted == Modality.None)
            wanted = settings.Wanted;
        _audio = wanted.HasFlag(Modality.Audio);
        _video = wanted.HasFlag(Modality.Video);
        var columns = settings.MediaKind != MediaColumnKind.Clips ? Modality.AudioVisual
            : (settings.AudioColumnName is null ? Modality.None : Modality.Audio) | (settings.VideoColumnName is null ? Modality.None : Modality.Video);
        _expected = wanted & columns;
        _reader = new MediaReader(settings.Media with { ReadAudio = settings.Media.ReadAudio && _audio, ReadVideo = settings.Media.ReadVideo && _video });
        if (_video && settings.MouthRegion == MouthRegionMode.DetectedFace)
            _detector = new YuNetDetector(settings.FaceDetectorPath!);
        _locator = _detector is not null ? new FaceMouthLocator(_detector, settings.FaceLocator)
            : settings.MouthBox is { } box && settings.MouthRegion == MouthRegionMode.FixedBox ? new FixedBoxLocator(box)
            : new AlreadyCroppedLocator();
    }

    /// <summary>Frees the face detector, where there is one.</summary>
    public void Dispose() => _detector?.Dispose();

    /// <summary>Loads one row's media.</summary>
    public RowMedia Load(MediaReference reference, CancellationToken cancellationToken) => Prepare(Read(reference, cancellationToken), reference);

    /// <summary>Loads several rows' media at once. Mouths are cut out as clips arrive, so that whole frames of few clips are held at a time.</summary>
    public RowMedia[] Load(IReadOnlyList<MediaReference> references, int parallelism, CancellationToken cancellationToken)
    {
        var loaded = new RowMedia[references.Count];
        foreach (var (i, clip) in ReadEach(references, parallelism, cancellationToken))
            loaded[i] = Prepare(clip, references[i]);
        return loaded;
    }

    /// <summary>Reads one row's media as it is, without cutting out the mouth.</summary>
    public MediaClip Read(MediaReference reference, CancellationToken cancellationToken)
    {
        if (reference.HasClips)
            return new MediaClip(_audio ? ClipConversion.Convert(reference.Audio) : null, _video ? ClipConversion.Convert(reference.Video) : null, MediaStatus.Ok);
        if (reference.Bytes is { Length: > 0 })
            return _reader.Read(reference.Bytes.AsMemory(), cancellationToken);
        return string.IsNullOrWhiteSpace(reference.Path)
            ? new MediaClip(null, null, MediaStatus.Missing, "The row names no media.")
            : _reader.Read(reference.Path, cancellationToken);
    }

    /// <summary>Reads several rows' media as it is.</summary>
    public MediaClip[] Read(IReadOnlyList<MediaReference> references, int parallelism, CancellationToken cancellationToken)
    {
        var clips = new MediaClip[references.Count];
        foreach (var (i, clip) in ReadEach(references, parallelism, cancellationToken))
            clips[i] = clip;
        return clips;
    }

    // Small files share decoder processes, which work ahead; what is in memory is read one by one.
    private IEnumerable<(int Row, MediaClip Clip)> ReadEach(IReadOnlyList<MediaReference> references, int parallelism, CancellationToken cancellationToken)
    {
        var isFile = references.Select(r => r is { HasClips: false, Bytes: null or { Length: 0 } } && !string.IsNullOrWhiteSpace(r.Path)).ToArray();
        var files = Enumerable.Range(0, references.Count).Where(i => isFile[i]).ToArray();
        foreach (var pair in files.Zip(_reader.ReadMany(files.Select(i => references[i].Path!), parallelism, cancellationToken)))
            yield return pair;
        for (var i = 0; i < references.Count; i++)
        {
            if (isFile[i])
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            yield return (i, Read(references[i], cancellationToken));
        }
    }

    private RowMedia Prepare(MediaClip clip, MediaReference reference)
    {
        var (status, problem, video, rowBox) = (clip.Status, clip.Problem, clip.Video, reference.Box);
        MouthRegion? region = null;
        if (video is not null)
        {
            region = rowBox is { IsValid: false }
                ? new MouthRegion { Problem = $"The row's mouth box {rowBox} is not a box." }
                : (rowBox is { } box ? new FixedBoxLocator(box)
                    : reference.Landmarks is { } landmarks ? new LandmarkFileLocator(landmarks, _settings.FaceLocator)
                    : _locator).Locate(video, clip.Audio);
            (video, problem) = (region.Mouth, region.Problem);
            if (video is null)
                status = MediaStatus.NoFace;
            problem ??= clip.Problem;
        }
        var audioFeatures = _audio ? Fitting(reference.AudioFeatures, _settings.AudioFeatureWidth) : null;
        var videoFeatures = _video ? Fitting(reference.VideoFeatures, _settings.VideoFeatureWidth) : null;
        try
        {
            return Complete(new SpeechInput(clip.Audio, video, audioFeatures, videoFeatures));
        }
        catch (ArgumentException error)
        {
            // A clip handed in by the caller at another rate.
            (status, problem) = (MediaStatus.Refused, error.Message);
            return Complete(new SpeechInput(null, null));
        }

        RowMedia Complete(SpeechInput input)
        {
            var missing = _expected & ~input.Available;
            if (missing != Modality.None)
            {
                if (status == MediaStatus.Ok)
                {
                    status = missing switch { Modality.Audio => MediaStatus.VideoOnly, Modality.Video => MediaStatus.AudioOnly, _ => MediaStatus.Missing };
                    problem ??= $"The row has no {missing switch { Modality.Audio => "sound", Modality.Video => "picture", _ => "media" }}.";
                }
                if (_settings.MissingModality == MissingModality.Throw)
                {
                    var source = reference.Path ?? "a row";
                    throw new AvsrMediaException(source, status, $"{source}: {status}: {problem} Leave the row out, or choose another {nameof(MissingModality)} than {MissingModality.Throw}.");
                }
                if (_settings.MissingModality == MissingModality.Skip)
                    input = new SpeechInput(null, null);
            }
            return new RowMedia(input, status, problem, MediaQuality.Measure(clip, region));
        }

        // Features of another encoder mean nothing to the model.
        FeatureSequence? Fitting(FeatureSequence? features, int? width)
        {
            if (features is null || width is null || features.Width == width)
                return features;
            (status, problem) = (MediaStatus.Refused, $"The row's features are {features.Width} wide; the model was trained on features of width {width}.");
            return null;
        }
    }
}
