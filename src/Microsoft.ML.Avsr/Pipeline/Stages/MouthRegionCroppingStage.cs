using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Avsr;

/// <summary>The stage behind <see cref="MouthRegionCroppingEstimator"/>.</summary>
internal sealed class MouthRegionCroppingStage(MouthRegionCroppingStage.Settings settings) : RowStage
{
    private const string Contract = "Microsoft.ML.Avsr.CropMouthRegion.1";
    private const string BoxContract = "Microsoft.ML.Avsr.CropMouthRegion.Box.1";
    private const string LandmarkContract = "Microsoft.ML.Avsr.CropMouthRegion.Landmarks.1";
    private readonly Lazy<Cropper> _cropper = new(() => new Cropper(settings));

    public override IReadOnlyList<InputColumn> Inputs { get; } =
    [
        new InputColumn(settings.Input, "video", VideoClipDataViewType.Instance),
        .. (settings.BoxColumns ?? []).Select(name => new InputColumn(name, "mouth box", NumberDataViewType.Single)),
        .. (settings.LandmarkColumn is { } landmarks ? (InputColumn[])[new InputColumn(landmarks, "landmarks", TextDataViewType.Instance)] : []),
    ];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
        [new(settings.Output, VideoClipDataViewType.Instance), .. QualityColumns.Make(settings.Output, QualityColumns.OfFace)];

    public Settings Parameters => settings;

    public override RowWork Start(DataViewRow row, DataViewSchema.Column[] columns, bool[] active, int slots) => new Work(_cropper.Value, settings.LandmarkColumn is not null, row, columns, slots);

    /// <summary>Frees the face detector, where there is one.</summary>
    public void Release()
    {
        if (_cropper.IsValueCreated)
            _cropper.Value.Dispose();
    }

    public TransformerChain<ITransformer> ToSavedChain()
    {
        var payload = StagePayload.Write(settings);
        return settings.LandmarkColumn is not null ? SavedChain.Build(new LandmarkFactory().GetMapping(), LandmarkContract, payload, UserName)
            : settings.BoxColumns is null
            ? SavedChain.Build(new Factory().GetMapping(), Contract, payload, UserName)
            : SavedChain.Build(new BoxFactory().GetMapping(), BoxContract, payload, UserName);
    }

    private string UserName(string fixedName) => fixedName switch
    {
        SavedColumns.Video => settings.Input,
        SavedColumns.BoxX => settings.BoxColumns![0],
        SavedColumns.BoxY => settings.BoxColumns![1],
        SavedColumns.BoxWidth => settings.BoxColumns![2],
        SavedColumns.BoxHeight => settings.BoxColumns![3],
        SavedColumns.Landmarks => settings.LandmarkColumn!,
        _ => QualityColumns.UserName(settings.Output, fixedName) ?? settings.Output,
    };

    internal sealed record Settings(
        string Output, string Input, MouthBox? Box, IReadOnlyList<string>? BoxColumns, string? FaceDetectorPath = null, FaceLocatorOptions? FaceLocator = null, string? LandmarkColumn = null);

    /// <summary>Cuts mouths out, by the settings.</summary>
    internal sealed class Cropper : IDisposable
    {
        private readonly YuNetDetector? _detector;
        private readonly IMouthRegionLocator _locator;
        private readonly FaceLocatorOptions? _framing;

        public Cropper(Settings settings)
        {
            _framing = settings.FaceLocator;
            _detector = settings.FaceDetectorPath is { } path ? new YuNetDetector(path) : null;
            _locator = _detector is not null ? new FaceMouthLocator(_detector, settings.FaceLocator) : settings.Box is { } box ? new FixedBoxLocator(box) : new AlreadyCroppedLocator();
        }

        public MouthRegion Crop(VideoClip? frames, MouthBox? rowBox, string? landmarks = null)
        {
            if (frames is null || rowBox is { IsValid: false })
                return new MouthRegion();
            return (rowBox is { } box ? new FixedBoxLocator(box) : landmarks is not null ? new LandmarkFileLocator(landmarks, _framing) : _locator).Locate(frames, null);
        }

        public void Dispose() => _detector?.Dispose();
    }

    private sealed class Work(Cropper cropper, bool hasLandmarks, DataViewRow row, DataViewSchema.Column[] columns, int slots) : RowWork
    {
        private readonly ValueGetter<VideoClip> _frames = row.GetGetter<VideoClip>(columns[0]);
        private readonly ValueGetter<float>[] _box = hasLandmarks ? [] : [.. columns.Skip(1).Select(column => row.GetGetter<float>(column))];
        private readonly ValueGetter<ReadOnlyMemory<char>>? _landmarks = hasLandmarks ? row.GetGetter<ReadOnlyMemory<char>>(columns[1]) : null;
        private readonly VideoClip?[] _clips = new VideoClip?[slots];
        private readonly string?[] _files = new string?[slots];
        private readonly MouthBox?[] _boxes = new MouthBox?[slots];
        private readonly MouthRegion[] _regions = new MouthRegion[slots];

        public override void Capture(int slot)
        {
            VideoClip frames = null!;
            _frames(ref frames);
            _clips[slot] = frames;
            if (_landmarks is not null)
            {
                ReadOnlyMemory<char> file = default;
                _landmarks(ref file);
                _files[slot] = file.ToString();
            }
            if (_box.Length == 0)
                return;
            Span<float> numbers = stackalloc float[4];
            for (var i = 0; i < _box.Length; i++)
                _box[i](ref numbers[i]);
            _boxes[slot] = new MouthBox(numbers[0], numbers[1], numbers[2], numbers[3]);
        }

        public override void Compute(int count)
        {
            for (var i = 0; i < count; i++)
            {
                _regions[i] = cropper.Crop(_clips[i], _boxes[i], _files[i]);
                _clips[i] = null; // whole frames are large
            }
        }

        public override Delegate Getter(int output, Func<int> current) => output switch
        {
            0 => Read(current, slot => _regions[slot].Mouth!),
            1 => Read(current, slot => (float)(_regions[slot].FaceShare ?? double.NaN)),
            _ => Read(current, slot => (float)(_regions[slot].Face?.MeanScore ?? double.NaN)),
        };
    }

    internal sealed class LandmarkRow
    {
        [ColumnName(SavedColumns.Video), VideoClipType]
        public VideoClip? Video { get; set; }

        [ColumnName(SavedColumns.Landmarks)]
        public string Landmarks { get; set; } = "";

        [ColumnName(SavedColumns.Payload)]
        public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }
    }

    internal sealed class Result
    {
        [ColumnName("Microsoft.ML.Avsr.Mouth"), VideoClipType]
        public VideoClip? Mouth { get; set; }

        [ColumnName(SavedColumns.FaceShare)]
        public float FaceShare { get; set; }

        [ColumnName(SavedColumns.FaceScore)]
        public float FaceScore { get; set; }

        public void Set(MouthRegion region) => (Mouth, FaceShare, FaceScore) = (region.Mouth, (float)(region.FaceShare ?? double.NaN), (float)(region.Face?.MeanScore ?? double.NaN));
    }

    [CustomMappingFactoryAttribute(Contract)]
    internal sealed class Factory : CustomMappingFactory<SavedVideoRow, Result>
    {
        public override Action<SavedVideoRow, Result> GetMapping()
        {
            var cache = new PayloadCache<Settings, Cropper>(settings => new Cropper(settings));
            return (row, result) => result.Set(cache.Get(row.Payload).Crop(row.Video, null));
        }
    }

    [CustomMappingFactoryAttribute(BoxContract)]
    internal sealed class BoxFactory : CustomMappingFactory<SavedVideoBoxRow, Result>
    {
        public override Action<SavedVideoBoxRow, Result> GetMapping()
        {
            var cache = new PayloadCache<Settings, Cropper>(settings => new Cropper(settings));
            return (row, result) => result.Set(cache.Get(row.Payload).Crop(row.Video, new MouthBox(row.X, row.Y, row.Width, row.Height)));
        }
    }

    [CustomMappingFactoryAttribute(LandmarkContract)]
    internal sealed class LandmarkFactory : CustomMappingFactory<LandmarkRow, Result>
    {
        public override Action<LandmarkRow, Result> GetMapping()
        {
            var cache = new PayloadCache<Settings, Cropper>(settings => new Cropper(settings));
            return (row, result) => result.Set(cache.Get(row.Payload).Crop(row.Video, null, row.Landmarks));
        }
    }
}
