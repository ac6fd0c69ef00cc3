using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>Options that the paper does not have, and upcycling.</summary>
[TestClass]
public class BeyondThePaperTests
{
    private static readonly ProjectorConfig s_config = new() { AudioWidth = 6, VideoWidth = 6, OutputWidth = 5, Hidden = 7 };

    [TestMethod]
    [DataRow(ProjectorRouting.Jejr)]
    [DataRow(ProjectorRouting.Jedr)]
    [DataRow(ProjectorRouting.Dedr)]
    public void UpcycledExpertsComputeWhatTheDenseProjectorDid(ProjectorRouting routing)
    {
        using var generator = manual_seed(5);
        using var scope = NewDisposeScope();
        // Audio alone: in a joint pool even and odd experts differ when there are two dense projectors.
        var config = s_config with { VideoWidth = routing == ProjectorRouting.Dedr ? 6 : null, InputNorm = true, InitialScale = 0.3 };
        var dense = new MultimodalProjector(config with { Routing = ProjectorRouting.Dense });
        var mixture = new MultimodalProjector(config with { Routing = routing });
        dense.eval();
        mixture.eval();
        var tokens = new EncodedSequence(randn(2, 3, 6), null);
        ProjectorUpcycling.FromDense(mixture, dense, 0);
        Assert.IsTrue(mixture.call(tokens, null).Audio!.allclose(dense.call(tokens, null).Audio!, 1e-5, 1e-6));
        ProjectorUpcycling.FromDense(mixture, dense, 0.05);
        var state = mixture.state_dict();
        var first = state.First(s => s.Key.EndsWith("experts.0.0.weight", StringComparison.Ordinal));
        var second = state[first.Key.Replace("experts.0", "experts.1")];
        Assert.IsFalse(first.Value.allclose(second, 1e-3, 1e-3), "symmetry is broken");
        Assert.IsTrue(first.Value.sub(second).std().item<float>() < 0.15 * second.std().item<float>());
        Assert.ThrowsExactly<ArgumentException>(() => ProjectorUpcycling.FromDense(dense, dense, 0));
        Assert.ThrowsExactly<ArgumentException>(() => ProjectorUpcycling.FromDense(mixture, mixture, 0));
        using var wider = new MultimodalProjector(config with { Routing = routing, Hidden = 8 });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ProjectorUpcycling.FromDense(wider, dense, 0)).Message, "same widths");
    }

    [TestMethod]
    public void ModalitiesMayHaveTheirOwnNumbersOfExperts()
    {
        using var generator = manual_seed(5);
        using var scope = NewDisposeScope();
        var tokens = new EncodedSequence(randn(2, 3, 6), null);
        var disjoint = new MultimodalProjector(s_config with { VideoExperts = 3, VideoTopK = 1 }) { CollectStatistics = true };
        var shares = disjoint.call(tokens, tokens).Statistics.ToDictionary(s => s.Modality, s => (s.Shares.Count, s.Shares[0].Count));
        Assert.AreEqual((2, 4), shares["audio"]);
        Assert.AreEqual((1, 3), shares["video"]);
        var joint = new MultimodalProjector(s_config with { Routing = ProjectorRouting.Jedr, VideoTopK = 3 }) { CollectStatistics = true };
        CollectionAssert.AreEqual(new[] { 2, 3 }, joint.call(tokens, tokens).Statistics.Select(s => s.Shares.Count).ToArray());
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => (s_config with { Routing = ProjectorRouting.Jejr, VideoTopK = 1 }).Validated()).Message, "VideoTopK");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => (s_config with { Routing = ProjectorRouting.Jedr, VideoExperts = 2 }).Validated()).Message, "VideoExperts");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => (s_config with { VideoTopK = 5 }).Validated()).Message, "VideoTopK");
    }

    [TestMethod]
    [DataRow(ProjectorRouting.Jejr)]
    [DataRow(ProjectorRouting.Jedr)]
    [DataRow(ProjectorRouting.Dedr)]
    public void TheSharedExpertAddsToTheRoutedOnesAndPresenceShiftsTheRouter(ProjectorRouting routing)
    {
        using var generator = manual_seed(5);
        using var scope = NewDisposeScope();
        var plain = new MultimodalProjector(s_config with { Routing = routing });
        var shared = new MultimodalProjector(s_config with { Routing = routing, SharedExpert = true, PresenceRouting = true }) { CollectStatistics = true };
        var state = plain.state_dict();
        using (no_grad())
        {
            foreach (var (name, value) in shared.state_dict())
            {
                if (state.TryGetValue(name, out var same))
                    value.copy_(same);
            }
        }
        var a = new EncodedSequence(randn(2, 3, 6), null);
        var v = new EncodedSequence(randn(2, 4, 6), null);
        var (with, without) = (shared.call(a, v), plain.call(a, v));
        var expert = new Expert(6, 7, 5);
        var prefix = routing == ProjectorRouting.Dedr ? "audio_proj.shared." : "audiovisual_proj.shared.";
        using (no_grad())
        {
            foreach (var (name, value) in expert.state_dict())
                value.copy_(shared.state_dict()[prefix + name]);
        }
        var added = expert.call(a.Features.reshape(-1, 6)).reshape(2, 3, 5);
        Assert.IsTrue(with.Audio!.allclose(without.Audio!.add(added), 1e-5, 1e-5));

        // Presence starts without effect; then it can send the tokens of clips without a picture elsewhere.
        using (no_grad())
        {
            foreach (var (name, value) in shared.state_dict())
            {
                if (name.EndsWith("presence", StringComparison.Ordinal))
                    value[0, 2] = tensor(100f); // sound alone: expert 2
            }
        }
        double Share(ProjectedTokens projected) => projected.Statistics.First(s => s.Modality == "audio").Shares[0][2];
        Assert.AreEqual(1, Share(shared.call(a, null)));
        Assert.IsTrue(Share(shared.call(a, v)) < 1);
    }

    [TestMethod]
    public void OneModelRecognisesAtSeveralRates()
    {
        var options = new AvsrTrainerOptions { AudioCompressions = [2, 3], VideoCompressions = [4], Budget = TrainingBudget.Epochs(1, 2), VideoPasses = 0, NoisyVersions = 0 };
        var examples = TinyExamples.Make(4);
        using var folder = new TemporaryFolder();
        using (var trained = AvsrTrainer.Train(examples, options).Model)
        {
            CollectionAssert.AreEqual(new[] { 2, 3 }, trained.Config.AudioCompressions.ToArray());
            AvsrModelFolder.Save(folder.File("model"), trained);
        }
        using var again = AvsrModelFolder.Load(folder.File("model"));
        Transcription Recognise(int audio, int video, double heads) =>
            new SpeechRecognizer(again.Model, new DecodingOptions { AudioCompression = audio, VideoCompression = video, MaxTokens = 4, CtcWeight = heads, BeamSize = 3, Alternatives = 3 }).Transcribe([examples[0].Input])[0];
        foreach (var (audio, video) in new[] { (1, 1), (3, 1), (2, 4) })
        {
            var found = Recognise(audio, video, 0);
            Assert.AreEqual(Modality.AudioVisual, found.Modality);
            if ((audio, video) != (1, 1))
                Assert.AreNotEqual(Recognise(1, 1, 0).Confidence, found.Confidence, "the language model reads fewer tokens");
            var joint = Recognise(audio, video, 0.95);
            Assert.AreEqual(Recognise(1, 1, 0.95).Text, joint.Text, "the heads read all of them");
            CollectionAssert.AreNotEqual(found.Alternatives.ToArray(), joint.Alternatives.ToArray(), "the heads count at every rate");
        }
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SpeechRecognizer(again.Model, new DecodingOptions { AudioCompression = 4 }));
        StringAssert.Contains(error.Message, "1, 2, 3");
    }

    [TestMethod]
    public void EveryStepTrainsAllThreeTasksAndUpcyclingStartsThem()
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(3).Append(TinyExamples.Make(1, 6, video: false)[0]).ToList();
        var options = new AvsrTrainerOptions { Routing = ProjectorRouting.Dense, Budget = TrainingBudget.Epochs(1, 1), VideoPasses = 0, NoisyVersions = 0 };
        using (var dense = AvsrTrainer.Train(examples, options).Model)
            AvsrModelFolder.Save(folder.File("dense"), dense);
        var losses = new List<double>();
        using var model = AvsrTrainer.Train(examples, options with
        {
            Routing = ProjectorRouting.Dedr, Tasks = TaskWeights.OmniAvsr, UpcycleFrom = folder.File("dense"), SharedExpert = true, PresenceRouting = true,
        }, new Losses(losses)).Model;
        // Three cross entropies near ln(vocabulary), weighted 3.5 in all.
        Assert.IsTrue(losses[^1] > 2.5 * Math.Log(model.Tokenizer.VocabularySize), $"{losses[^1]}");
        Assert.IsTrue(model.Config.Projector.SharedExpert && model.Config.Projector.PresenceRouting);
    }

    private sealed class Losses(List<double> losses) : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value)
        {
            if (value.Loss is { } loss)
                losses.Add(loss);
        }
    }
}
