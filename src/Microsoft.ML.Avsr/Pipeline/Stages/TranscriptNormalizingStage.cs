using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Avsr;

/// <summary>The stage behind <see cref="TranscriptNormalizingEstimator"/>.</summary>
internal sealed class TranscriptNormalizingStage(TranscriptNormalizingStage.Settings settings) : RowStage
{
    public const string Contract = "Microsoft.ML.Avsr.NormalizeTranscript.1";

    public override IReadOnlyList<InputColumn> Inputs { get; } = [new InputColumn(settings.Input, "input", TextDataViewType.Instance)];
    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } = [new(settings.Output, TextDataViewType.Instance)];

    public override RowWork Start(DataViewRow row, DataViewSchema.Column[] columns, bool[] active, int slots) =>
        new Work(row.GetGetter<ReadOnlyMemory<char>>(columns[0]), TranscriptNormalizers.Create(settings.Form), slots);

    public TransformerChain<ITransformer> ToSavedChain() => SavedChain.Build(new Factory().GetMapping(), Contract, StagePayload.Write(settings),
        name => name == SavedColumns.Transcript ? settings.Input : settings.Output);

    internal sealed record Settings(string Output, string Input, TranscriptNormalization Form);

    private sealed class Work(ValueGetter<ReadOnlyMemory<char>> input, ITranscriptNormalizer normalizer, int slots) : RowWork
    {
        private readonly ReadOnlyMemory<char>[] _texts = new ReadOnlyMemory<char>[slots];

        public override void Capture(int slot) => input(ref _texts[slot]);

        public override void Compute(int count)
        {
            for (var i = 0; i < count; i++)
                _texts[i] = normalizer.Normalize(_texts[i].ToString()).AsMemory();
        }

        public override Delegate Getter(int output, Func<int> current) => Read(current, slot => _texts[slot]);
    }

    internal sealed class Source
    {
        [ColumnName(SavedColumns.Transcript)]
        public string Text { get; set; } = "";

        [ColumnName(SavedColumns.Payload)]
        public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }
    }

    internal sealed class Result
    {
        [ColumnName("Microsoft.ML.Avsr.Normalized")]
        public string Text { get; set; } = "";
    }

    [CustomMappingFactoryAttribute(Contract)]
    internal sealed class Factory : CustomMappingFactory<Source, Result>
    {
        public override Action<Source, Result> GetMapping()
        {
            var cache = new PayloadCache<Settings, ITranscriptNormalizer>(settings => TranscriptNormalizers.Create(settings.Form));
            return (source, result) => result.Text = cache.Get(source.Payload).Normalize(source.Text);
        }
    }
}
