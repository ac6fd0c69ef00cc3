using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Avsr;

/// <summary>What the encoding stages need beside the weights, which are named by path and hash.</summary>
internal sealed record EncodingSettings(string Output, string Input, string Weights, string? Sha256, bool PadTo30Seconds, int RowBatchSize)
{
    /// <summary>The settings with the weights' hash.</summary>
    public EncodingSettings Hashed() => this with { Sha256 = FrozenParts.HashOf(Weights) };

    /// <summary>Where the weights of the saved stage are now.</summary>
    /// <param name="part">The kind of encoder.</param>
    /// <exception cref="AvsrModelException">They are missing or others.</exception>
    public string Find(string part) => FrozenParts.Find(new FrozenWeights(part, Weights, Sha256 ?? ""), resolve: null);
}

/// <summary>The stage behind the encoding estimators.</summary>
internal sealed class SpeechEncodingStage<TClip>(EncodingSettings settings, PrimitiveDataViewType clipType, FrozenEncoder<TClip>? encoder = null, CancellationToken cancellationToken = default) : RowStage
    where TClip : class
{
    public override IReadOnlyList<InputColumn> Inputs { get; } = [new InputColumn(settings.Input, "clip", clipType)];
    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [new(settings.Output, FeatureSequenceDataViewType.Instance)];
    public override int LookAhead => settings.RowBatchSize;

    public EncodingSettings Settings => settings;
    public FrozenEncoder<TClip>? Encoder => encoder;

    public override RowWork Start(DataViewRow row, DataViewSchema.Column[] columns, bool[] active, int slots) =>
        new Work(row.GetGetter<TClip>(columns[0]), encoder!, slots, cancellationToken);

    public string UserName(string fixedName) => fixedName is SavedColumns.Audio or SavedColumns.Video ? settings.Input : settings.Output;

    private sealed class Work(ValueGetter<TClip> input, FrozenEncoder<TClip> encoder, int slots, CancellationToken cancellationToken) : RowWork
    {
        private readonly TClip?[] _clips = new TClip?[slots];
        private FeatureSequence?[] _features = [];

        public override void Capture(int slot)
        {
            TClip clip = null!;
            input(ref clip);
            _clips[slot] = clip;
        }

        public override void Compute(int count)
        {
            using var watch = Interruption.Watch(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            _features = encoder.Encode(new ArraySegment<TClip?>(_clips, 0, count));
        }

        public override Delegate Getter(int output, Func<int> current) => Read(current, slot => _features[slot]!);
    }
}

/// <summary>What a saved encoding stage writes.</summary>
internal sealed class EncodedResult
{
    [ColumnName("Microsoft.ML.Avsr.Features"), FeatureSequenceType]
    public FeatureSequence? Features { get; set; }
}

/// <summary>Encodes sound row by row.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class AudioEncodingFactory : CustomMappingFactory<SavedAudioRow, EncodedResult>
{
    public const string Contract = "Microsoft.ML.Avsr.EncodeSpeechAudio.1";

    public override Action<SavedAudioRow, EncodedResult> GetMapping()
    {
        var cache = new PayloadCache<EncodingSettings, WhisperFeatureEncoder>(settings =>
            new WhisperFeatureEncoder(settings.Find(FrozenParts.Audio), settings.PadTo30Seconds));
        return (row, result) => result.Features = cache.Get(row.Payload).Encode([row.Audio])[0];
    }
}

/// <summary>Encodes frames row by row.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class VideoEncodingFactory : CustomMappingFactory<SavedVideoRow, EncodedResult>
{
    public const string Contract = "Microsoft.ML.Avsr.EncodeSpeechVideo.1";

    public override Action<SavedVideoRow, EncodedResult> GetMapping()
    {
        var cache = new PayloadCache<EncodingSettings, AvHubertFeatureEncoder>(settings =>
            new AvHubertFeatureEncoder(settings.Find(FrozenParts.Video)));
        return (row, result) => result.Features = cache.Get(row.Payload).Encode([row.Video])[0];
    }
}
