using BenchmarkDotNet.Attributes;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>Scoring and tokenising, on sentences like the quick start's.</summary>
[MemoryDiagnoser]
public class TextBenchmarks
{
    private const int Sentences = 1000;
    private static readonly string[][] s_slots =
    [
        ["bin", "lay", "place", "set"], ["blue", "green", "red", "white"], ["at", "by", "in", "with"],
        ["a", "b", "c", "d", "e", "f"], ["one", "two", "three", "four", "five"], ["again", "now", "please", "soon"],
    ];

    private string[] _references = [];
    private string[] _recognised = [];
    private SpeechTokenizer? _tokenizer;

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1);
        string Sentence() => string.Join(' ', s_slots.Select(s => s[random.Next(s.Length)]));
        _references = [.. Enumerable.Range(0, Sentences).Select(_ => Sentence())];
        _recognised = [.. Enumerable.Range(0, Sentences).Select(_ => Sentence())];
        _tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(_references));
    }

    [Benchmark(OperationsPerInvoke = Sentences)]
    public double WordErrorRate()
    {
        var total = default(EditCounts);
        for (var i = 0; i < Sentences; i++)
            total += ErrorRate.Words(_references[i], _recognised[i]);
        return total.Rate;
    }

    [Benchmark]
    public BpeVocabulary TrainTokenizer() => ByteLevelBpeTrainer.Train(_references);

    [Benchmark(OperationsPerInvoke = Sentences)]
    public int Encode()
    {
        var tokens = 0;
        foreach (var sentence in _references)
            tokens += _tokenizer!.Encode(sentence).Length;
        return tokens;
    }
}
