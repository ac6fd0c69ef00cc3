using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Reads what a row says about its media, in the order of the stage's input columns.</summary>
internal sealed class MediaColumns
{
    private delegate MediaReference Reader(MediaReference reference);

    private readonly List<Reader> _readers = [];

    public MediaColumns(RecognitionSettings settings, DataViewRow row, ReadOnlySpan<DataViewSchema.Column> columns)
    {
        var clips = (settings.MediaColumnName is null ? 0 : 1) + (settings.AudioColumnName is null ? 0 : 1) + (settings.VideoColumnName is null ? 0 : 1);
        for (var i = 0; i < clips; i++)
            _readers.Add(MakeReader(row, columns[i], isVideo: i > 0 || settings.AudioColumnName is null));
        if (settings.MouthRegion == MouthRegionMode.BoxColumns)
            _readers.Add(MakeBoxReader(row, columns[clips..]));
        if (settings.MouthRegion == MouthRegionMode.LandmarkColumn)
            _readers.Add(MakeLandmarkReader(row, columns[clips]));
    }

    /// <summary>The current row's media.</summary>
    public MediaReference Read() => _readers.Aggregate(new MediaReference(), (reference, read) => read(reference));

    private static Reader MakeReader(DataViewRow row, DataViewSchema.Column column, bool isVideo)
    {
        switch (column.Type)
        {
            case TextDataViewType:
                var path = row.GetGetter<ReadOnlyMemory<char>>(column);
                return reference =>
                {
                    ReadOnlyMemory<char> value = default;
                    path(ref value);
                    return reference with { Path = value.ToString() };
                };
            case VectorDataViewType:
                var bytes = row.GetGetter<VBuffer<byte>>(column);
                VBuffer<byte> buffer = default;
                return reference =>
                {
                    bytes(ref buffer);
                    return reference with { Bytes = buffer.DenseValues() as byte[] ?? [.. buffer.DenseValues()] };
                };
            case AudioClipDataViewType:
                var audio = row.GetGetter<AudioClip>(column);
                return reference =>
                {
                    AudioClip value = null!;
                    audio(ref value);
                    return reference with { Audio = value };
                };
            case FeatureSequenceDataViewType:
                var features = row.GetGetter<FeatureSequence>(column);
                return reference =>
                {
                    FeatureSequence value = null!;
                    features(ref value);
                    return isVideo ? reference with { VideoFeatures = value } : reference with { AudioFeatures = value };
                };
            default:
                var video = row.GetGetter<VideoClip>(column);
                return reference =>
                {
                    VideoClip value = null!;
                    video(ref value);
                    return reference with { Video = value };
                };
        }
    }

    private static Reader MakeLandmarkReader(DataViewRow row, DataViewSchema.Column column)
    {
        var path = row.GetGetter<ReadOnlyMemory<char>>(column);
        return reference =>
        {
            ReadOnlyMemory<char> value = default;
            path(ref value);
            return reference with { Landmarks = value.ToString() };
        };
    }

    private static Reader MakeBoxReader(DataViewRow row, ReadOnlySpan<DataViewSchema.Column> columns)
    {
        var getters = new ValueGetter<float>[4];
        for (var i = 0; i < getters.Length; i++)
            getters[i] = row.GetGetter<float>(columns[i]);
        return reference =>
        {
            Span<float> numbers = stackalloc float[4];
            for (var i = 0; i < getters.Length; i++)
                getters[i](ref numbers[i]);
            return reference with { Box = new MouthBox(numbers[0], numbers[1], numbers[2], numbers[3]) };
        };
    }
}
