using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>Parts of the reference's training recipe. Equality with its numbers: <see cref="Parity.ParityRunnerTests"/>.</summary>
[TestClass]
public sealed class ReferenceRecipeTests
{
    [TestMethod]
    public void BatchesHoldEveryClipOnceAndStayWithinTheirBudget()
    {
        var random = new Random(4);
        var lengths = Enumerable.Range(0, 500).Select(_ => random.Next(5, 400)).ToArray();
        lengths[17] = 2000; // longer than the budget: alone
        var batches = FrameBudgetBatches.Fill(lengths, 1000, 40, maxClips: 9);
        CollectionAssert.AreEqual(Enumerable.Range(0, 500).ToArray(), batches.SelectMany(b => b).Order().ToArray());
        foreach (var batch in batches)
        {
            Assert.IsTrue(batch.Sum(i => lengths[i]) <= 1000 || batch.Length == 1);
            Assert.IsLessThanOrEqualTo(9, batch.Length);
        }
        Assert.IsTrue(batches.Any(b => b is [17]));
        Assert.IsEmpty(FrameBudgetBatches.Fill([], 10, 4));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameBudgetBatches.Fill([1], 0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameBudgetBatches.Fill([1], 1, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameBudgetBatches.Fill([1], 1, 1, 0));
    }

    [TestMethod]
    public void SchedulesRiseAndFall()
    {
        Assert.AreEqual(1e-3, LearningRateSchedules.Reference(1e-3, 7, 21, 6), 1e-15);
        Assert.AreEqual(0, LearningRateSchedules.Reference(1e-3, 7, 21, 20), 1e-15);
        Assert.AreEqual(0, LearningRateSchedules.Cosine(1, 5, 50, 0));
        Assert.AreEqual(1, LearningRateSchedules.Cosine(1, 5, 50, 5));
        Assert.AreEqual(0, LearningRateSchedules.Linear(1, 5, 50, 60));
        Assert.AreEqual(0.5, LearningRateSchedules.Linear(1, 0, 50, 25), 1e-12);
    }

    [TestMethod]
    public void TheSinkLossIsTheMeanSquaredCosineBeforeTheTranscript()
    {
        using var scope = NewDisposeScope();
        // Row 0: first (1, 0), then cosines 1 and 0; the third position is transcript. Row 1: cosine 0.6.
        var layer = tensor(new float[] { 1, 0, 2, 0, 0, 3, 9, 9, 0, 1, 8, 6, 5, 5, 5, 5 }, [2, 4, 2]);
        var prompt = new PromptBatch(zeros(2, 4, 2), [4, 4], [], []) { TextStarts = [3, 2] };
        var loss = TranscriptLoss.Sink([layer, zeros(2, 4, 2)], prompt);
        Assert.AreEqual((1 + 0 + 0.36) / 3, loss.item<float>(), 1e-6);
        Assert.ThrowsExactly<ArgumentException>(() => TranscriptLoss.Sink([layer], prompt));
    }

    [TestMethod]
    public void TheTranscriptLossSeesItsLabelsOnly()
    {
        manual_seed(2);
        using var scope = NewDisposeScope();
        var llm = new LlamaForCausalLM(new LlamaConfig { VocabularySize = 9, Width = 8, Layers = 2, Heads = 2, KeyValueHeads = 2, FeedForward = 8 });
        llm.eval();
        var embeddings = randn(2, 5, 8);
        var prompt = new PromptBatch(embeddings, [5, 3], [1, 2, 6], [4, 7, 1]);
        var layers = new List<Tensor>();
        var loss = TranscriptLoss.CrossEntropy(llm, prompt, layers);
        var logits = llm.Logits(llm.Decode(embeddings)).reshape(-1, 9).log_softmax(-1);
        var expected = -(logits[1, 4].item<float>() + logits[2, 7].item<float>() + logits[6, 1].item<float>()) / 3;
        Assert.AreEqual(expected, loss.item<float>(), 1e-5);
        Assert.HasCount(2, layers);
        CollectionAssert.AreEqual(new long[] { 2, 5, 8 }, layers[0].shape);
        CollectionAssert.AreEqual(new long[] { 2, 4, 8 }, layers[1].shape, "the last layer begins at the first label, position 1");
        Assert.IsFalse(layers[0].IsInvalid);
        var without = new PromptBatch(embeddings, [5, 3], [], []);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => TranscriptLoss.CrossEntropy(llm, without)).Message, "transcripts");
    }
}
