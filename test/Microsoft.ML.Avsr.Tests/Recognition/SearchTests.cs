using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Recognition;

/// <summary>Greedy and beam search on a small random model. Equality with the reference's searches: <see cref="Parity.ParityRunnerTests"/>.</summary>
[TestClass]
public sealed class SearchTests
{
    private const int EndToken = 3;
    private static readonly int[] s_end = [EndToken];
    private static readonly int[] s_lengths = [7, 4, 9];

    [TestMethod]
    [DataRow(1, 1.0, 0)]
    [DataRow(1, 1.3, 2)]
    [DataRow(4, 1.0, 0)]
    [DataRow(4, 1.2, 3)]
    public void ABatchDecodesAsItsItemsAlone(int beams, double penalty, int ngram)
    {
        using var scope = NewDisposeScope();
        var model = Model();
        var options = new DecodingOptions { BeamSize = beams, MaxTokens = 12, RepetitionPenalty = penalty, NoRepeatNgram = ngram, Alternatives = beams }.Validate();
        var together = Search(model, Prompts(s_lengths), options);
        for (var b = 0; b < s_lengths.Length; b++)
        {
            var alone = Search(model, Prompts(s_lengths, only: b), options)[0];
            Assert.HasCount(alone.Length, together[b]);
            for (var k = 0; k < alone.Length; k++)
            {
                CollectionAssert.AreEqual(alone[k].Tokens, together[b][k].Tokens, $"row {b}, hypothesis {k}");
                Assert.AreEqual(alone[k].Score, together[b][k].Score, 1e-4);
                Assert.AreEqual(alone[k].EndToken, together[b][k].EndToken);
            }
        }
    }

    [TestMethod]
    public void OneBeamIsGreedySearch()
    {
        using var scope = NewDisposeScope();
        var model = Model();
        var options = new DecodingOptions { MaxTokens = 12 };
        var greedy = GreedySearch.Decode(model, Prompts(s_lengths), s_end, options, CancellationToken.None);
        var beam = BeamSearch.Decode(model, Prompts(s_lengths), s_end, options, CancellationToken.None);
        for (var b = 0; b < greedy.Length; b++)
        {
            CollectionAssert.AreEqual(greedy[b].Tokens, beam[b][0].Tokens);
            Assert.AreEqual(greedy[b].LogProbability, beam[b][0].LogProbability, 1e-4);
            Assert.AreEqual(greedy[b].EndToken, beam[b][0].EndToken);
        }
    }

    /// <summary>The stated log-probability is the model's own, also where filters changed the scores.</summary>
    [TestMethod]
    [DataRow(1, 1.0)]
    [DataRow(1, 1.5)]
    [DataRow(5, 1.0)]
    [DataRow(5, 1.5)]
    public void LogProbabilitiesAreTheModelsOwn(int beams, double penalty)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var model = Model();
        var options = new DecodingOptions { BeamSize = beams, MaxTokens = 8, RepetitionPenalty = penalty, Alternatives = beams };
        foreach (var hypothesis in Search(model, Prompts(s_lengths, only: 0), options)[0])
        {
            var tokens = hypothesis.EndToken is { } end ? [.. hypothesis.Tokens, end] : hypothesis.Tokens;
            Assert.HasCount(hypothesis.Length, tokens);
            var prompt = Prompts(s_lengths, only: 0).Embeddings;
            var ids = tensor(tokens.Select(t => (long)t).ToArray()).unsqueeze(0);
            var logits = model.Logits(model.Decode(cat([prompt, model.Embed(ids)], 1)));
            var log = logits.narrow(1, prompt.shape[1] - 1, tokens.Length).log_softmax(-1).gather(2, ids.unsqueeze(2)).sum().item<float>();
            Assert.AreEqual(log, hypothesis.LogProbability, 1e-4);
            if (penalty == 1)
                Assert.AreEqual(log / tokens.Length, hypothesis.Score, 1e-4);
        }
    }

    /// <summary>With a beam for every token, two steps see every transcript of one or two tokens: the best must be the best of all.</summary>
    [TestMethod]
    [DataRow(0.0)]
    [DataRow(1.0)]
    public void EnoughBeamsFindTheBestOfAll(double lengthPenalty)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var model = Model();
        var prompt = Prompts(s_lengths, only: 1);
        var found = Search(model, prompt, new DecodingOptions { BeamSize = 16, MaxTokens = 2, LengthPenalty = lengthPenalty, Stopping = BeamStopping.Exhaustive })[0][0];
        var first = model.Logits(model.Decode(prompt.Embeddings)).select(1, -1).log_softmax(-1)[0].data<float>().ToArray();
        var best = (double)first[EndToken];
        for (var token = 0; token < 16; token++)
        {
            if (token == EndToken)
                continue;
            var next = model.Embed(tensor(new long[] { token })).unsqueeze(0); // [1, 1, width]
            var second = model.Logits(model.Decode(cat([prompt.Embeddings, next], 1))).select(1, -1).log_softmax(-1)[0].max().item<float>();
            best = Math.Max(best, (first[token] + second) / Math.Pow(2, lengthPenalty));
        }
        Assert.AreEqual(best, found.Score, 1e-4);
    }

    [TestMethod]
    public void AlternativesComeBestFirstAndDiffer()
    {
        using var scope = NewDisposeScope();
        var found = Search(Model(), Prompts(s_lengths), new DecodingOptions { BeamSize = 6, Alternatives = 4, MaxTokens = 10 });
        foreach (var row in found)
        {
            Assert.HasCount(4, row);
            for (var k = 1; k < row.Length; k++)
                Assert.IsLessThanOrEqualTo(row[k - 1].Score, row[k].Score);
            Assert.AreEqual(4, row.Select(h => string.Join(' ', h.Tokens) + h.EndToken).Distinct().Count());
        }
    }

    [TestMethod]
    public void AnyOfSeveralEndTokensEnds()
    {
        using var scope = NewDisposeScope();
        var model = Model();
        var options = new DecodingOptions { MaxTokens = 12 };
        var free = GreedySearch.Decode(model, Prompts(s_lengths, only: 0), [], options, CancellationToken.None)[0];
        Assert.IsNull(free.EndToken);
        Assert.HasCount(12, free.Tokens);
        var stop = free.Tokens[4];
        var first = Array.IndexOf(free.Tokens, stop);
        var cut = GreedySearch.Decode(model, Prompts(s_lengths, only: 0), [EndToken, stop], options, CancellationToken.None)[0];
        Assert.AreEqual(stop, cut.EndToken);
        CollectionAssert.AreEqual(free.Tokens[..first], cut.Tokens);
        Assert.AreEqual(first + 1, cut.Length);
        var longer = GreedySearch.Decode(model, Prompts(s_lengths, only: 0), [EndToken, stop], options with { MinTokens = 12 }, CancellationToken.None)[0];
        Assert.IsGreaterThanOrEqualTo(11, longer.Tokens.Length);
        Assert.DoesNotContain(stop, longer.Tokens[..11]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void NoRunOfTokensRepeats(int beams)
    {
        using var scope = NewDisposeScope();
        foreach (var row in Search(Model(), Prompts(s_lengths), new DecodingOptions { BeamSize = beams, MaxTokens = 24, NoRepeatNgram = 2 }))
        {
            var pairs = row[0].Tokens.Zip(row[0].Tokens.Skip(1)).ToArray();
            Assert.AreEqual(pairs.Length, pairs.Distinct().Count());
        }
    }

    [TestMethod]
    public void WhenEveryTokenIsForbiddenNothingIsFound()
    {
        using var scope = NewDisposeScope();
        var everything = Enumerable.Range(0, 16).ToArray();
        var found = BeamSearch.Decode(Model(), Prompts(s_lengths), everything, new DecodingOptions { BeamSize = 3, MaxTokens = 4, MinTokens = 4 }, CancellationToken.None);
        foreach (var row in found)
        {
            Assert.IsEmpty(row[0].Tokens);
            Assert.AreEqual(0f, row[0].Confidence);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void SamplingIsSeeded(int beams)
    {
        using var scope = NewDisposeScope();
        var model = Model();
        DecodingOptions Sampled(int seed, int topK = 0) => new()
        {
            BeamSize = beams, MaxTokens = 12, Sampling = new SamplingOptions { Temperature = 1.5, TopK = topK, TopP = 1, Seed = seed },
        };
        var first = Search(model, Prompts(s_lengths), Sampled(5));
        var second = Search(model, Prompts(s_lengths), Sampled(5));
        for (var b = 0; b < first.Length; b++)
            CollectionAssert.AreEqual(first[b][0].Tokens, second[b][0].Tokens);
        var texts = Enumerable.Range(0, 6).Select(seed => string.Join(' ', Search(model, Prompts(s_lengths, only: 0), Sampled(seed))[0][0].Tokens)).Distinct();
        Assert.IsGreaterThan(1, texts.Count());
    }

    [TestMethod]
    public void SamplingFromOneTokenIsGreedySearch()
    {
        using var scope = NewDisposeScope();
        var model = Model();
        var sampled = Search(model, Prompts(s_lengths), new DecodingOptions { MaxTokens = 12, Sampling = new SamplingOptions { TopK = 1 } });
        var greedy = Search(model, Prompts(s_lengths), new DecodingOptions { MaxTokens = 12 });
        for (var b = 0; b < greedy.Length; b++)
            CollectionAssert.AreEqual(greedy[b][0].Tokens, sampled[b][0].Tokens);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void CancellationStopsBetweenTokens(int beams)
    {
        using var scope = NewDisposeScope();
        var model = Model();
        var options = new DecodingOptions { BeamSize = beams, MaxTokens = 4000 };
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => Search(model, Prompts(s_lengths), options, cancelled.Token));
        using var soon = new CancellationTokenSource();
        var steps = 0;
        Assert.ThrowsExactly<OperationCanceledException>(() => GreedySearch.Decode(model, Prompts(s_lengths), [], options with { BeamSize = 1 }, soon.Token, _ =>
        {
            if (++steps == 3)
                soon.Cancel();
        }));
        Assert.AreEqual(3, steps);
    }

    [TestMethod]
    public void OptionsOutsideTheirRangeAreNamed()
    {
        void Refused(DecodingOptions options, string name)
        {
            var problem = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => options.Validate());
            Assert.AreEqual(name, problem.ParamName);
            StringAssert.Contains(problem.Message, name);
        }
        new DecodingOptions().Validate();
        Refused(new() { BeamSize = 65 }, nameof(DecodingOptions.BeamSize));
        Refused(new() { MaxTokens = 0 }, nameof(DecodingOptions.MaxTokens));
        Refused(new() { MaxTokens = 8, MinTokens = 9 }, nameof(DecodingOptions.MinTokens));
        Refused(new() { LengthPenalty = double.NaN }, nameof(DecodingOptions.LengthPenalty));
        Refused(new() { Stopping = (BeamStopping)9 }, nameof(DecodingOptions.Stopping));
        Refused(new() { BeamSize = 2, Alternatives = 3 }, nameof(DecodingOptions.Alternatives));
        Refused(new() { RepetitionPenalty = 0 }, nameof(DecodingOptions.RepetitionPenalty));
        Refused(new() { NoRepeatNgram = -1 }, nameof(DecodingOptions.NoRepeatNgram));
        Refused(new() { ExtraEndTokens = [-1] }, nameof(DecodingOptions.ExtraEndTokens));
        Refused(new() { Sampling = new SamplingOptions { Temperature = 0 } }, nameof(SamplingOptions.Temperature));
        Refused(new() { Sampling = new SamplingOptions { TopK = -1 } }, nameof(SamplingOptions.TopK));
        Refused(new() { Sampling = new SamplingOptions { TopP = 0 } }, nameof(SamplingOptions.TopP));
    }

    private static Hypothesis[][] Search(LlamaForCausalLM model, PromptBatch prompts, DecodingOptions options, CancellationToken cancellation = default) =>
        options.BeamSize == 1
            ? [.. GreedySearch.Decode(model, prompts, s_end, options, cancellation).Select(h => new[] { h })]
            : BeamSearch.Decode(model, prompts, s_end, options, cancellation);

    private static LlamaForCausalLM Model()
    {
        manual_seed(12);
        var model = new LlamaForCausalLM(new LlamaConfig { VocabularySize = 16, Width = 24, Layers = 2, Heads = 4, KeyValueHeads = 2, FeedForward = 40 });
        using var guard = no_grad();
        foreach (var parameter in model.parameters().Where(p => p.dim() == 2))
            parameter.mul_(3); // sharper distributions: beams differ clearly
        model.eval();
        return model;
    }

    /// <summary>Random prompts of several lengths, padded on the right with garbage that must not matter.</summary>
    private static PromptBatch Prompts(int[] lengths, int? only = null)
    {
        manual_seed(34);
        var embeddings = randn(lengths.Length, lengths.Max(), 24);
        return only is { } row
            ? new PromptBatch(embeddings.narrow(0, row, 1).narrow(1, 0, lengths[row]), [lengths[row]], [], [])
            : new PromptBatch(embeddings, lengths, [], []);
    }
}
