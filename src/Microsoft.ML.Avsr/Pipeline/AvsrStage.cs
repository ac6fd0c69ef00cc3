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
        Inputs = InputsOf(settings);
        Outputs =
        [
            new(settings.OutputColumnName, TextDataViewType.Instance),
            new(settings.ConfidenceColumnName, NumberDataViewType.Single),
            new(settings.StatusColumnName, TextDataViewType.Instance),
            new(settings.ModalityColumnName, TextDataViewType.Instance),
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

    /// <summary>What the media columns of a schema hold, for the settings.</summary>
    public static MediaColumnKind KindOf(RecognitionSettings settings, DataViewSchema schema) => settings.MediaColumnName is null
        ? MediaColumnKind.Clips
        : schema[settings.MediaColumnName].Type switch
        {
            TextDataViewType => MediaColumnKind.Path,
            VectorDataViewType => MediaColumnKind.Bytes,
            _ => MediaColumnKind.Clips,
        };

    private static List<InputColumn> InputsOf(RecognitionSettings settings)
    {
        var inputs = new List<InputColumn>();
        if (settings.MediaColumnName is { } media)
            inputs.Add(new InputColumn(media, "media", TextDataViewType.Instance, new VectorDataViewType(NumberDataViewType.Byte),
                AudioClipDataViewType.Instance, VideoClipDataViewType.Instance));
        if (settings.AudioColumnName is { } audio)
            inputs.Add(new InputColumn(audio, "audio", AudioClipDataViewType.Instance));
        if (settings.VideoColumnName is { } video)
            inputs.Add(new InputColumn(video, "video", VideoClipDataViewType.Instance));
        if (settings.MouthRegion == MouthRegionMode.BoxColumns)
            inputs.AddRange(settings.MouthBoxColumnNames!.Select(name => new InputColumn(name, "mouth box", NumberDataViewType.Single)));
        return inputs;
    }
}
