using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Recognition;

/// <summary>Joint scoring by the language model and the CTC heads.</summary>
[TestClass]
public sealed class CtcPrefixTests
{
    private const int Vocabulary = 3;

    [TestMethod]
    public void ProbabilitiesAreThoseOfAllPaths()
    {
        using var scope = NewDisposeScope();
        var scores = Scores(seed: 5, time: 5);
        var paths = AllPaths(5).ToList();
        double Probability(int[] path) => path.Select((c, t) => Math.Exp(scores.Logs(0)[t * (Vocabulary + 1) + c])).Aggregate(1.0, (a, b) => a * b);
        foreach (var tokens in new int[][] { [], [1], [1, 1], [2, 0], [0, 0, 1] })
        {
            var prefix = CtcPrefix.Empty(scores, 0);
            foreach (var token in tokens)
                prefix = prefix.Extend(token);
            double Begins(int[] with) => paths.Where(p => Collapse(p).Take(with.Length).SequenceEqual(with)).Sum(Probability);
            var own = Begins(tokens);
            var next = new double[Vocabulary];
            var end = prefix.Next(next);
            for (var c = 0; c < Vocabulary; c++)
                Assert.AreEqual(Begins([.. tokens, c]) / own, Math.Exp(next[c]), 1e-6, $"[{string.Join(" ", tokens)}] then {c}");
            Assert.AreEqual(paths.Where(p => Collapse(p).SequenceEqual(tokens)).Sum(Probability) / own, Math.Exp(end), 1e-6, $"[{string.Join(" ", tokens)}] ends");
        }
    }

    [TestMethod]
    public void HeadsDecideWhereTheLanguageModelDoesNot()
    {
        using var scope = NewDisposeScope();
        var scores = Scores(seed: 9, time: 6);
        var filter = new CtcFilter([scores], 0.5, [Vocabulary]);
        var generated = new GeneratedTokens(1, 8);
        var next = new double[Vocabulary];
        var prefix = CtcPrefix.Empty(scores, 0);
        var flat = zeros(1, Vocabulary + 2); // three tokens, the end, one special token
        for (var step = 0; step < 2; step++)
        {
            prefix.Next(next);
            var joint = filter.Apply(flat, generated);
            Assert.AreEqual((long)Array.IndexOf(next, next.Max()), joint.narrow(1, 0, Vocabulary).argmax(1).item<long>(), $"step {step}");
            var token = 1 - step;
            generated.Append([token]);
            prefix = prefix.Extend(token);
        }
    }

    [TestMethod]
    public void RowsKeepTheirOwnHistoryWhenBeamsMove()
    {
        using var scope = NewDisposeScope();
        var scores = Scores(seed: 2, time: 6);
        var moved = new CtcFilter([scores], 0.4, [Vocabulary]);
        var fresh = new CtcFilter([scores], 0.4, [Vocabulary]);
        var flat = zeros(2, Vocabulary + 1);
        var generated = new GeneratedTokens(1, 8);
        // As in a beam search, the first step has one row per clip.
        moved.Apply(zeros(1, Vocabulary + 1), generated);
        fresh.Apply(zeros(1, Vocabulary + 1), generated);
        generated.Reorder([0, 0]);
        generated.Append([0, 2]);
        moved.Apply(flat, generated);
        generated.Reorder([1, 0]);
        generated.Append([1, 1]);
        var expected = fresh.Apply(flat, generated).data<float>().ToArray();
        CollectionAssert.AreEqual(expected, moved.Apply(flat, generated).data<float>().ToArray());
        CollectionAssert.AreNotEqual(expected[..(Vocabulary + 1)], expected[(Vocabulary + 1)..]);
    }

    [TestMethod]
    public void AnUnsureHeadCountsLess()
    {
        using var scope = NewDisposeScope();
        var sure = Scores(seed: 1, time: 6, sharpness: 8);
        var unsure = Scores(seed: 4, time: 6, sharpness: 0.1);
        Assert.IsTrue(sure.Certainty(0) > 2 * unsure.Certainty(0), $"{sure.Certainty(0)} and {unsure.Certainty(0)}");
        var flat = zeros(1, Vocabulary + 1);
        var generated = new GeneratedTokens(1, 8);
        var alone = new CtcFilter([sure], 0.5, [Vocabulary]).Apply(flat, generated).data<float>().ToArray();
        var both = new CtcFilter([sure, unsure], 0.5, [Vocabulary]).Apply(flat, generated).data<float>().ToArray();
        for (var c = 0; c < Vocabulary; c++)
            Assert.AreEqual(alone[c], both[c], 0.25, $"token {c}");
    }

    [TestMethod]
    public void AVideoHeadThatBoastsIsMeasuredByWhatIsUsual()
    {
        using var scope = NewDisposeScope();
        var steady = Scores(seed: 1, time: 6);
        var flat = zeros(1, Vocabulary + 1);
        var generated = new GeneratedTokens(1, 8);
        float[] Advice(params CtcScores[] heads) => new CtcFilter(heads, 0.5, [Vocabulary]).Apply(flat, generated).data<float>().ToArray();

        // The other head is surer of this clip, but used to be surer still.
        var boastful = Scores(seed: 4, time: 6, sharpness: 8);
        Assert.IsGreaterThan(steady.Certainty(0), boastful.Certainty(0));
        var calibrated = Advice(Scores(1, 6, usual: steady.Certainty(0)), Scores(4, 6, 8, usual: 1.3 * boastful.Certainty(0)));
        var (alone, misled) = (Advice(steady), Advice(steady, boastful));
        for (var c = 0; c < Vocabulary; c++)
            Assert.AreEqual(alone[c], calibrated[c], 0.05, $"token {c}");
        var modest = Advice(Scores(1, 6, usual: 0.99), Scores(4, 6, 8, usual: 0.9));
        CollectionAssert.AreEqual(misled, modest, "a video head that was the less sure one does not boast");
        Assert.IsGreaterThan(0.5, alone.Zip(misled, (a, b) => Math.Abs(a - b)).Max(), "where it is not known how sure they usually are");
    }

    [TestMethod]
    public void AFreshHeadBeginsWithHowOftenTokensOccur()
    {
        using var head = new CtcHead(4, Vocabulary);
        head.StartFrom([30, 10, 0], 0.2);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var found = head.call(zeros(1, 1, 4)).exp().reshape(-1).data<float>().ToArray();
        Assert.AreEqual(0.15, found[0], 1e-3);
        Assert.AreEqual(0.05, found[1], 1e-3);
        Assert.IsTrue(found[2] < 1e-4);
        Assert.AreEqual(0.8, found[3], 1e-3);
        Assert.ThrowsExactly<ArgumentException>(() => head.StartFrom([1, 2], 0.2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => head.StartFrom([1, 2, 3], 1));
    }

    private static CtcScores Scores(int seed, int time, double sharpness = 3, double? usual = null)
    {
        manual_seed(seed);
        using var head = new CtcHead(8, Vocabulary);
        using var inference = inference_mode();
        return new CtcScores(head, new EncodedSequence(randn(1, time, 8).mul(sharpness), null), usual);
    }

    private static IEnumerable<int[]> AllPaths(int time)
    {
        const int Classes = Vocabulary + 1;
        return Enumerable.Range(0, (int)Math.Pow(Classes, time)).Select(n => Enumerable.Range(0, time).Select(t => n / (int)Math.Pow(Classes, t) % Classes).ToArray());
    }

    private static IEnumerable<int> Collapse(int[] path) => path.Where((c, t) => c != Vocabulary && (t == 0 || path[t - 1] != c));
}
