using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

/// <summary>A pass leaves nothing behind but its results, and the same seed gives the same bits.</summary>
[TestClass]
public sealed class LifetimeTests
{
    /// <summary>What a call leaves in its caller's scope is what it returns, in training and in inference.</summary>
    [TestMethod]
    public void CallsLeaveOnlyTheirResults()
    {
        manual_seed(1);
        var parts = new Parts();
        using var scope = NewDisposeScope();
        var mel = randn(2, 80, 48);
        var frames = randn([2, 1, 12, 88, 88]);
        var melMask = EncodedSequence.MaskOf([48, 28], 48);
        var mask = EncodedSequence.MaskOf([12, 7], 12);
        T Leaves<T>(int results, string what, Func<T> call)
        {
            var before = scope.DisposablesCount;
            var result = call();
            Assert.AreEqual(results, scope.DisposablesCount - before, what);
            return result;
        }
        foreach (var training in new[] { true, false })
        {
            parts.Train(training);
            var sound = Leaves(2, "audio", () => parts.Audio.call(mel, melMask));
            var picture = Leaves(2, "video", () => parts.Video.call(null, frames, mask));
            Leaves(1, "head", () => parts.Head.call(picture.Features));
            sound = Leaves(2, "compression", () => TokenCompression.AveragePool(sound, 2));
            var tokens = Leaves(4, "projector", () => parts.Projector.call(sound, picture));
            var hidden = Leaves(1, "decoder", () => parts.Model.Decode(tokens.Audio!, null, sound.Valid));
            Leaves(1, "logits", () => parts.Model.Logits(hidden));
            var ids = mask!.to(ScalarType.Int64);
            Leaves(1, "embeddings", () => parts.Model.Embed(ids));
        }
    }

    /// <summary>A watched pass ends before its next layer and leaves nothing; other passes, and later ones, do not notice.</summary>
    [TestMethod]
    public void ACancelledPassEndsBetweenLayers()
    {
        manual_seed(1);
        var parts = new Parts();
        parts.Train(false);
        using var scope = NewDisposeScope();
        var mel = randn(2, 80, 48);
        var frames = randn([2, 1, 12, 88, 88]);
        using var source = new CancellationTokenSource();
        var before = scope.DisposablesCount;
        using (Interruption.Watch(source.Token))
        {
            parts.Audio.call(mel, null).Features.Dispose();
            source.Cancel();
            Assert.ThrowsExactly<OperationCanceledException>(() => parts.Audio.call(mel, null));
            Assert.ThrowsExactly<OperationCanceledException>(() => parts.Video.call(null, frames, null));
            // A thread, not a task: whoever waits for a task may run it.
            var finished = false;
            var other = new Thread(() =>
            {
                parts.Audio.call(mel, null).Features.Dispose();
                finished = true;
            });
            other.Start();
            other.Join();
            Assert.IsTrue(finished);
            using (Interruption.Watch(CancellationToken.None))
                parts.Audio.call(mel, null).Features.Dispose();
            Assert.ThrowsExactly<OperationCanceledException>(() => parts.Audio.call(mel, null));
        }
        parts.Audio.call(mel, null).Features.Dispose();
        Assert.AreEqual(before, scope.DisposablesCount);
    }

    [TestMethod]
    public void SameSeedGivesTheSameBits()
    {
        float[] Run()
        {
            manual_seed(42);
            return new Parts().Pass();
        }
        CollectionAssert.AreEqual(Run(), Run());
    }

    /// <summary>Modules made inside a scope keep their parameters when it ends.</summary>
    [TestMethod]
    public void ModulesOutliveTheScopeTheyWereMadeIn()
    {
        WhisperEncoder encoder;
        using (NewDisposeScope())
            encoder = new WhisperEncoder(new WhisperEncoderConfig { Width = 16, Layers = 1, Heads = 2, FeedForward = 16, MaxPositions = 8 });
        using var scope = NewDisposeScope();
        Assert.IsTrue(encoder.call(zeros(1, 80, 8), null).Features.isfinite().all().item<bool>());
    }

    /// <summary>One of each neural part, small.</summary>
    private sealed class Parts
    {
        public WhisperEncoder Audio { get; } = new(WhisperEncoderConfig.Scratch with { Width = 16, Heads = 2, FeedForward = 16 });
        public AvHubertEncoder Video { get; } = new(VisualEncoderConfig.Tiny with { Width = 16, Heads = 2, FeedForward = 16, StemChannels = 4, StageChannels = [4, 4, 4, 4] });
        public CtcHead Head { get; } = new(16, 10);
        public MultimodalProjector Projector { get; } = new(ProjectorConfig.Tiny(16, 16) with { OutputWidth = 16, Hidden = 8 }) { CollectStatistics = true };
        public LlamaForCausalLM Model { get; } = new(
            LlamaConfig.Tiny(12) with { Width = 16, Layers = 2, FeedForward = 16, KeyValueHeads = 2 }, new LoraConfig { Rank = 2, Targets = LoraTargets.All });

        private nn.Module[] Modules => [Audio, Video, Head, Projector, Model];

        public void Train(bool training)
        {
            foreach (var module in Modules)
                module.train(training);
        }

        /// <summary>Encodes, projects, decodes, and goes back through all of it; then decodes with a cache.</summary>
        public float[] Pass()
        {
            using var scope = NewDisposeScope();
            var mask = EncodedSequence.MaskOf([12, 7], 12);
            var sound = TokenCompression.AveragePool(Audio.call(randn(2, 80, 48), EncodedSequence.MaskOf([48, 28], 48)), 2);
            var picture = Video.call(null, randn([2, 1, 12, 88, 88]), mask);
            var alignment = Head.call(picture.Features);
            var tokens = Projector.call(sound, picture);
            var input = cat([tokens.Audio!, tokens.Video!, Model.Embed(ones(2, 3, dtype: ScalarType.Int64))], 1);
            var valid = cat([sound.Valid!, picture.Valid!, ones(2, 3, dtype: ScalarType.Bool)], 1);
            var logits = Model.Logits(Model.Decode(input, null, valid));
            var loss = logits.logsumexp(2).mean().add(alignment.mean()).add(tokens.LoadBalanceLoss!).add(tokens.RouterZLoss!);
            loss.backward();
            foreach (var module in Modules)
                module.zero_grad();
            using var guard = no_grad();
            using var cache = new KeyValueCache(Model.Config, 2, 32);
            var hidden = Model.Decode(input, null, valid, cache);
            cache.Reorder(tensor(new long[] { 1, 0 }));
            return [loss.item<float>(), hidden.sum().item<float>()];
        }
    }
}
