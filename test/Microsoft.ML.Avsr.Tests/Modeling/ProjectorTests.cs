using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class ProjectorTests
{
    [TestMethod]
    [DataRow("plain", false)]
    [DataRow("layernorm", true)]
    public void DenseProjectorEqualsTheReference(string file, bool layerNorm)
    {
        using var scope = NewDisposeScope();
        var io = Golden.Tensors($"avsr/06_projector_mlp/{file}.safetensors");
        var config = new ProjectorConfig { Routing = ProjectorRouting.Dense, AudioWidth = 24, OutputWidth = 20, Hidden = 40, LayerNorm = layerNorm };
        var projector = new MultimodalProjector(config);
        Golden.Fill(projector, io, key => key.Replace("audio_proj.", "weight.", StringComparison.Ordinal));
        var input = io["input"].requires_grad_();
        var tokens = projector.call(new EncodedSequence(input, null), null);
        Golden.AreClose(io["output"], tokens.Audio!, 1e-5);
        Assert.IsNull(tokens.LoadBalanceLoss);
        Assert.IsNull(tokens.Video);
        tokens.Audio!.mul(io["cotangent"]).sum().backward();
        Golden.AreClose(io["grad.input"], input.grad!, 1e-4);
        foreach (var (key, parameter) in projector.named_parameters())
            Golden.AreClose(io["grad." + key["audio_proj.".Length..]], parameter.grad!, 1e-4, what: key);
    }

    /// <summary>A padded batch gives each row what it gives alone, and the same losses as its real tokens.</summary>
    [TestMethod]
    [DataRow(ProjectorRouting.Dense)]
    [DataRow(ProjectorRouting.Jejr)]
    [DataRow(ProjectorRouting.Jedr)]
    [DataRow(ProjectorRouting.Dedr)]
    public void PaddingChangesNothing(ProjectorRouting routing)
    {
        manual_seed(5);
        using var scope = NewDisposeScope();
        var projector = new MultimodalProjector(ProjectorConfig.Tiny(16, 12, routing) with { OutputWidth = 10, Hidden = 8 });
        projector.eval();
        var audio = randn(2, 5, 16);
        var video = randn(2, 4, 12);
        var audioMask = EncodedSequence.MaskOf([5, 2], 5);
        var videoMask = EncodedSequence.MaskOf([0, 4], 4);
        var batch = projector.call(new EncodedSequence(audio, audioMask), new EncodedSequence(video, videoMask));
        var noise = audio.clone();
        noise[1, 3] = full(16, 1000f);
        var disturbed = projector.call(new EncodedSequence(noise, audioMask), new EncodedSequence(video, videoMask));
        Golden.AreClose(batch.Audio!, disturbed.Audio!, 0, what: "disturbed padding");
        var first = projector.call(new EncodedSequence(audio.narrow(0, 0, 1), null), null);
        Golden.AreClose(first.Audio!, batch.Audio!.narrow(0, 0, 1), 1e-6, what: "row 0");
        var second = projector.call(new EncodedSequence(audio.narrow(0, 1, 1).narrow(1, 0, 2), null), new EncodedSequence(video.narrow(0, 1, 1), null));
        Golden.AreClose(second.Audio!, batch.Audio!.narrow(0, 1, 1).narrow(1, 0, 2), 1e-6, what: "row 1 audio");
        Golden.AreClose(second.Video!, batch.Video!.narrow(0, 1, 1), 1e-6, what: "row 1 video");
        Assert.AreEqual(0f, batch.Video!.narrow(0, 0, 1).abs().sum().item<float>(), "padding is zero");
        if (routing != ProjectorRouting.Dense)
        {
            Golden.AreClose(batch.LoadBalanceLoss!, disturbed.LoadBalanceLoss!, 0);
            Golden.AreClose(batch.RouterZLoss!, disturbed.RouterZLoss!, 0);
        }
    }

    [TestMethod]
    public void UnequalWidthsNeedACommonWidthForJointExperts()
    {
        var problem = Assert.ThrowsExactly<ArgumentException>(() => new ProjectorConfig
        {
            Routing = ProjectorRouting.Jejr, AudioWidth = 512, VideoWidth = 1024, OutputWidth = 64,
        }.Validated());
        StringAssert.Contains(problem.Message, "CommonWidth");
    }

    [TestMethod]
    public void MoreChoicesThanExpertsAreRefused()
    {
        var problem = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new ProjectorConfig { AudioWidth = 8, OutputWidth = 8, Experts = 2, TopK = 3 }.Validated());
        StringAssert.Contains(problem.Message, "TopK");
    }

    [TestMethod]
    public void WrongWidthIsRefusedBeforeAnyNativeCall()
    {
        using var scope = NewDisposeScope();
        var projector = new MultimodalProjector(new ProjectorConfig { AudioWidth = 8, OutputWidth = 8, Hidden = 4 });
        Assert.ThrowsExactly<ArgumentException>(() => projector.call(new EncodedSequence(zeros(1, 2, 9), null), null));
        Assert.ThrowsExactly<ArgumentException>(() => projector.call(null, new EncodedSequence(zeros(1, 2, 8), null)));
        Assert.ThrowsExactly<ArgumentException>(() => projector.call(null, null));
    }

    /// <summary>The specification's parameter counts, 5.4, without memory.</summary>
    [TestMethod]
    [DataRow(1024, 2048, true, 6_299_648L)]
    [DataRow(1024, 2048, false, 6_295_552L)]
    [DataRow(1024, 3072, true, 8_399_872L)]
    [DataRow(1024, 4096, true, 10_500_096L)]
    [DataRow(768, 2048, true, 5_775_360L)]
    [DataRow(512, 2048, true, 5_251_072L)]
    [DataRow(384, 2048, true, 4_988_928L)]
    public void ExpertsHaveThePublishedSize(int input, int output, bool layerNorm, long expected) =>
        Assert.AreEqual(expected, Golden.ParameterCount(new Expert(input, 2048, output, layerNorm, construction: ModuleConstruction.Meta)));

    [TestMethod]
    public void ReleasedMixtureHasThePublishedSizeAndNames()
    {
        var projector = new MultimodalProjector(
            new ProjectorConfig { Routing = ProjectorRouting.Jejr, AudioWidth = 1024, VideoWidth = 1024, OutputWidth = 2048 }, ModuleConstruction.Meta);
        Assert.AreEqual(4 * 6_299_648L + 4096, Golden.ParameterCount(projector));
        const long adapters = 6_815_744; // of the 1B model, tested in LlamaTests
        Assert.AreEqual(32_018_432, Golden.ParameterCount(projector) + adapters, "all that the released model trains");
        var dense = new MultimodalProjector(
            new ProjectorConfig { Routing = ProjectorRouting.Dense, AudioWidth = 1024, VideoWidth = 1024, OutputWidth = 2048 }, ModuleConstruction.Meta);
        Assert.AreEqual(19_415_040, Golden.ParameterCount(dense) + adapters, "the dense baseline");
        var names = projector.state_dict().Keys.ToHashSet();
        Assert.IsTrue(names.Contains("audiovisual_proj.gate.weight"));
        Assert.IsTrue(names.Contains("audiovisual_proj.experts.3.0.weight"));
        Assert.IsTrue(names.Contains("audiovisual_proj.experts.0.2.bias"));
        Assert.IsTrue(names.Contains("audiovisual_proj.experts.0.3.weight"));
        Assert.AreEqual(25, names.Count);
    }
}
