using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>The recognition stage: which columns it reads and adds. Without a model it knows only its schema.</summary>
internal sealed class AvsrStage : RowStage
{
    private readonly SharedModel? _model;
    private readonly MediaLoader? _loader;
    private readonly CancellationToken _cancellationToken;

    public AvsrStage(RecognitionSettings settings, SharedModel? model = null, CancellationToken cancellationToken = default)
    {
        Settings = settings;
        _model = model;
        _loader = model is null ? null : new MediaLoader(settings, model.Supported);
        _cancellationToken = cancellationToken;
        Inputs = InputsOf(settings, model is not null);
        Outputs =
        [
            new(settings.OutputColumnName, TextDataViewType.Instance),
            new(settings.ConfidenceColumnName, NumberDataViewType.Single),
            new(settings.StatusColumnName, TextDataViewType.Instance),
            new(settings.ModalityColumnName, TextDataViewType.Instance),
            .. QualityColumns.Make(settings.OutputColumnName, QualityColumns.All),
        ];
    }

    public RecognitionSettings Settings { get; }
    public override IReadOnlyList<InputColumn> Inputs { get; }
    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }
    public override int LookAhead => Settings.RowBatchSize;

    /// <summary>Frees what media is read with.</summary>
    public void Release() => _loader?.Dispose();

    public override RowWork Start(DataViewRow row, DataViewSchema.Column[] columns, bool[] active, int slots) =>
        new AvsrWork(_model!, _loader!, Settings, new MediaColumns(Settings, row, columns), active, slots, _cancellationToken);

    /// <summary>The settings for a schema: what the media columns hold.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A mouth region is asked for where frames are encoded already.</exception>
    public static RecognitionSettings Resolve(RecognitionSettings settings, DataViewSchema schema)
    {
        var isEncoded = settings.VideoColumnName is { } video && schema[video].Type is FeatureSequenceDataViewType;
        OptionCheck.Require(!isEncoded || settings.MouthRegion == MouthRegionMode.AlreadyCropped, nameof(AvsrEstimator.Options.MouthRegion), settings.MouthRegion,
            $"is not used with column '{settings.VideoColumnName}', which holds features; cut the mouth region before encoding.");
        return settings.MediaColumnName is not { } media ? settings with { MediaKind = MediaColumnKind.Clips } : schema[media].Type switch
        {
            TextDataViewType => settings with { MediaKind = MediaColumnKind.Path },
            VectorDataViewType => settings with { MediaKind = MediaColumnKind.Bytes },
            AudioClipDataViewType => settings with { MediaKind = MediaColumnKind.Clips, MediaColumnName = null, AudioColumnName = media },
            _ => settings with { MediaKind = MediaColumnKind.Clips, MediaColumnName = null, VideoColumnName = media },
        };
    }

    // An estimator takes clips or features; what was trained on one of them takes only that.
    private static DataViewType[] StreamTypes(DataViewType clip, bool isFitted, int? featureWidth) => !isFitted ? [clip, FeatureSequenceDataViewType.Instance]
        : featureWidth is null ? [clip]
        : [FeatureSequenceDataViewType.Instance];

    private static List<InputColumn> InputsOf(RecognitionSettings settings, bool isFitted)
    {
        var inputs = new List<InputColumn>();
        if (settings.MediaColumnName is { } media)
            inputs.Add(new InputColumn(media, "media", TextDataViewType.Instance, new VectorDataViewType(NumberDataViewType.Byte),
                AudioClipDataViewType.Instance, VideoClipDataViewType.Instance));
        if (settings.AudioColumnName is { } audio)
            inputs.Add(new InputColumn(audio, "audio", StreamTypes(AudioClipDataViewType.Instance, isFitted, settings.AudioFeatureWidth)));
        if (settings.VideoColumnName is { } video)
            inputs.Add(new InputColumn(video, "video", StreamTypes(VideoClipDataViewType.Instance, isFitted, settings.VideoFeatureWidth)));
        if (settings.MouthRegion == MouthRegionMode.BoxColumns)
            inputs.AddRange(settings.MouthBoxColumnNames!.Select(name => new InputColumn(name, "mouth box", NumberDataViewType.Single)));
        if (settings.MouthRegion == MouthRegionMode.LandmarkColumn)
            inputs.Add(new InputColumn(settings.LandmarkColumnName!, "landmarks", TextDataViewType.Instance));
        return inputs;
    }
}
