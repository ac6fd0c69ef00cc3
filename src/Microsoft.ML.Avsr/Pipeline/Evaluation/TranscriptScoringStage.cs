using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Adds each row's own word errors to data.</summary>
internal sealed class TranscriptScoringStage(string labelColumnName, string transcriptColumnName, ITranscriptNormalizer normalizer) : RowStage
{
    public override IReadOnlyList<InputColumn> Inputs { get; } =
        [new InputColumn(labelColumnName, "label", TextDataViewType.Instance), new InputColumn(transcriptColumnName, "transcript", TextDataViewType.Instance)];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
    [
        new(transcriptColumnName + ".Words", NumberDataViewType.Int32),
        new(transcriptColumnName + ".Substitutions", NumberDataViewType.Int32),
        new(transcriptColumnName + ".Insertions", NumberDataViewType.Int32),
        new(transcriptColumnName + ".Deletions", NumberDataViewType.Int32),
    ];

    public override RowWork Start(DataViewRow row, DataViewSchema.Column[] columns, bool[] active, int slots) => new Work(
        row.GetGetter<ReadOnlyMemory<char>>(columns[0]), row.GetGetter<ReadOnlyMemory<char>>(columns[1]), normalizer, slots);

    private sealed class Work(ValueGetter<ReadOnlyMemory<char>> label, ValueGetter<ReadOnlyMemory<char>> transcript, ITranscriptNormalizer normalizer, int slots) : RowWork
    {
        private readonly (ReadOnlyMemory<char> Label, ReadOnlyMemory<char> Transcript)[] _texts = new (ReadOnlyMemory<char>, ReadOnlyMemory<char>)[slots];
        private readonly EditCounts[] _counts = new EditCounts[slots];

        public override void Capture(int slot)
        {
            label(ref _texts[slot].Label);
            transcript(ref _texts[slot].Transcript);
        }

        public override void Compute(int count)
        {
            for (var i = 0; i < count; i++)
                _counts[i] = ErrorRate.Words(normalizer.Normalize(_texts[i].Label.ToString()), normalizer.Normalize(_texts[i].Transcript.ToString()));
        }

        public override Delegate Getter(int output, Func<int> current) => output switch
        {
            0 => Read(current, slot => _counts[slot].ReferenceLength),
            1 => Read(current, slot => _counts[slot].Substitutions),
            2 => Read(current, slot => _counts[slot].Insertions),
            _ => Read(current, slot => _counts[slot].Deletions),
        };
    }
}
