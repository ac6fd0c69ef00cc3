using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Avsr;

/// <summary>The stage behind <see cref="SpeechMediaLoadingEstimator"/>.</summary>
internal sealed class SpeechMediaLoadingStage(SpeechMediaLoadingStage.Settings settings, CancellationToken cancellationToken = default) : RowStage
{
    private const string PathContract = "Microsoft.ML.Avsr.LoadSpeechMedia.Path.1";
    private const string BytesContract = "Microsoft.ML.Avsr.LoadSpeechMedia.Bytes.1";
    private readonly MediaLoader _loader = new(settings.Recognition, Modality.AudioVisual);

    public override IReadOnlyList<InputColumn> Inputs { get; } =
        [new InputColumn(settings.Recognition.MediaColumnName!, "media", TextDataViewType.Instance, new VectorDataViewType(NumberDataViewType.Byte))];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
    [
        new(settings.Audio, AudioClipDataViewType.Instance),
        new(settings.Video, VideoClipDataViewType.Instance),
        new(settings.Status, TextDataViewType.Instance),
        .. QualityColumns.Make(settings.Status, QualityColumns.OfMedia),
    ];

    public override int LookAhead => settings.Recognition.RowBatchSize;

    public override RowWork Start(DataViewRow row, DataViewSchema.Column[] columns, bool[] active, int slots) =>
        new Work(_loader, settings.Recognition, new MediaColumns(settings.Recognition, row, columns), slots, cancellationToken);

    public TransformerChain<ITransformer> ToSavedChain()
    {
        var payload = StagePayload.Write(settings);
        return settings.IsPath
            ? SavedChain.Build(new PathFactory().GetMapping(), PathContract, payload, UserName)
            : SavedChain.Build(new BytesFactory().GetMapping(), BytesContract, payload, UserName);
    }

    private string UserName(string fixedName) => fixedName switch
    {
        SavedColumns.Media => settings.Recognition.MediaColumnName!,
        SavedColumns.Audio => settings.Audio,
        SavedColumns.Video => settings.Video,
        _ => QualityColumns.UserName(settings.Status, fixedName) ?? settings.Status,
    };

    internal sealed record Settings(string Audio, string Video, string Status, RecognitionSettings Recognition, bool IsPath = true);

    private sealed class Work(MediaLoader loader, RecognitionSettings settings, MediaColumns columns, int slots, CancellationToken cancellationToken) : RowWork
    {
        private readonly MediaReference[] _references = new MediaReference[slots];
        private readonly MediaQuality?[] _quality = new MediaQuality?[slots];
        private MediaClip[] _clips = [];

        public override void Capture(int slot) => _references[slot] = columns.Read();

        public override void Compute(int count)
        {
            Array.Clear(_quality);
            _clips = loader.Read(new ArraySegment<MediaReference>(_references, 0, count), settings.Parallelism, cancellationToken);
        }

        public override Delegate Getter(int output, Func<int> current) => output switch
        {
            0 => Read(current, slot => _clips[slot].Audio!),
            1 => Read(current, slot => _clips[slot].Video!),
            2 => Read(current, slot => _clips[slot].Status.ToString().AsMemory()),
            _ => Read(current, slot => QualityColumns.Value(_quality[slot] ??= MediaQuality.Measure(_clips[slot]), QualityColumns.OfMedia[output - 3])),
        };
    }

    internal sealed class Result : SavedMediaQuality
    {
        [ColumnName(SavedColumns.Audio), AudioClipType]
        public AudioClip? Audio { get; set; }

        [ColumnName(SavedColumns.Video), VideoClipType]
        public VideoClip? Video { get; set; }

        [ColumnName(SavedColumns.Status)]
        public string Status { get; set; } = "";
    }

    /// <summary>Decodes row by row.</summary>
    internal abstract class Factory<TRow> : CustomMappingFactory<TRow, Result> where TRow : SavedRow, new()
    {
        public override Action<TRow, Result> GetMapping()
        {
            var cache = new PayloadCache<Settings, MediaLoader>(settings => new MediaLoader(settings.Recognition.Here(), Modality.AudioVisual));
            return (row, result) =>
            {
                var clip = cache.Get(row.Payload).Read(row.GetMedia(), CancellationToken.None);
                (result.Audio, result.Video, result.Status) = (clip.Audio, clip.Video, clip.Status.ToString());
                result.Set(MediaQuality.Measure(clip));
            };
        }
    }

    [CustomMappingFactoryAttribute(PathContract)]
    internal sealed class PathFactory : Factory<SavedPathRow>;

    [CustomMappingFactoryAttribute(BytesContract)]
    internal sealed class BytesFactory : Factory<SavedBytesRow>;
}
