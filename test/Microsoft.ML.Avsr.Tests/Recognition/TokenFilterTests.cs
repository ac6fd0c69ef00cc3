using Microsoft.ML.Avsr.Recognition;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Recognition;

[TestClass]
public sealed class TokenFilterTests
{
    [TestMethod]
    public void FiltersLeaveTheirInputAlone()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new float[] { 2, -1, 0.5f, 1 }, [1, 4]);
        var before = scores.clone();
        var generated = new GeneratedTokens(1, 4);
        generated.Append([0]);
        generated.Append([1]);
        generated.Append([0]);
        foreach (ITokenFilter filter in new ITokenFilter[]
        {
            new RepetitionPenaltyFilter(2), new NoRepeatNgramFilter(2), new MinimumLengthFilter(9, [3]), new TemperatureFilter(0.5), new TopKFilter(2), new TopPFilter(0.5),
        })
        {
            var changed = filter.Apply(scores, generated);
            Assert.IsFalse(changed.allclose(scores), filter.GetType().Name);
            Assert.IsTrue(scores.eq(before).all().item<bool>(), filter.GetType().Name);
        }
    }

    [TestMethod]
    public void RepeatedTokensLoseWhateverTheirSign()
    {
        using var scope = NewDisposeScope();
        var generated = new GeneratedTokens(1, 4);
        generated.Append([0]);
        generated.Append([1]);
        var penalised = new RepetitionPenaltyFilter(2).Apply(tensor(new float[] { 2, -1, 0.5f, 1 }, [1, 4]), generated);
        CollectionAssert.AreEqual(new[] { 1f, -2f, 0.5f, 1f }, penalised.data<float>().ToArray());
    }

    [TestMethod]
    public void OnlyTheTokenThatCompletesARunIsForbidden()
    {
        using var scope = NewDisposeScope();
        var generated = new GeneratedTokens(2, 8);
        foreach (var (first, second) in new[] { (1, 2), (2, 2), (3, 1), (1, 0) })
            generated.Append([first, second]);
        // Row 0 holds 1 2 3 1: after 1 came 2. Row 1 holds 2 2 1 0: 0 is new.
        var scores = new NoRepeatNgramFilter(2).Apply(zeros(2, 4), generated);
        CollectionAssert.AreEqual(new[] { 0, 0, float.NegativeInfinity, 0, 0, 0, 0, 0 }, scores.data<float>().ToArray());
    }

    [TestMethod]
    public void RowsMoveWithTheirBeams()
    {
        var generated = new GeneratedTokens(2, 4);
        generated.Append([5, 6]);
        generated.Reorder([1, 0, 1]);
        generated.Append([7, 8, 9]);
        CollectionAssert.AreEqual(new[] { 6, 7 }, generated.ToArray(0));
        CollectionAssert.AreEqual(new[] { 5, 8 }, generated.ToArray(1));
        CollectionAssert.AreEqual(new[] { 6, 9 }, generated.ToArray(2));
        generated.Reorder([2, 2, 1]);
        CollectionAssert.AreEqual(new[] { 6, 9 }, generated.ToArray(1));
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual(new long[] { 6, 9, 6, 9, 5, 8 }, generated.ToTensor(CPU).data<long>().ToArray());
    }

    [TestMethod]
    public void OptionsWithoutFiltersMakeNone()
    {
        Assert.IsTrue(new TokenFilterChain(new DecodingOptions(), [1]).IsEmpty);
        Assert.IsFalse(new TokenFilterChain(new DecodingOptions { MinTokens = 2 }, [1]).IsEmpty);
        Assert.IsFalse(new TokenFilterChain(new DecodingOptions { Sampling = new SamplingOptions() }, [1]).IsEmpty);
    }
}
