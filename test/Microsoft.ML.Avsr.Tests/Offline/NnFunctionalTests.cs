using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static Microsoft.ML.Avsr.Tests.Offline.NnNumerics;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>nn.functional computes what PyTorch's does: outputs and gradients.</summary>
[TestClass]
public sealed class NnFunctionalTests
{
    private static Tensor X => Wave([2, 4, 6]);

    private static Tensor Row => Wave([2, 3, 12]);

    private static Tensor Image => Wave([2, 3, 8, 6]);

    private static Tensor Volume => Wave([1, 2, 4, 8, 6]);

    [TestMethod]
    public void ActivationsAgree()
    {
        AssertFunction("relu", x => functional.relu(x[0]), X);
        AssertFunction("gelu", x => functional.gelu(x[0]), X);
        AssertFunction("silu", x => functional.silu(x[0]), X);
        AssertFunction("glu", x => functional.glu(x[0], 1), X);
        AssertFunction("softplus", x => functional.softplus(x[0]), X);
        AssertFunction("leaky_relu", x => functional.leaky_relu(x[0], 0.2), X);
        AssertFunction("logsigmoid", x => functional.logsigmoid(x[0]), X);
        AssertFunction("softmax", x => functional.softmax(x[0], 1), X);
        AssertFunction("log_softmax", x => functional.log_softmax(x[0], -1), X);
        AssertFunction("cosine_similarity", x => functional.cosine_similarity(x[0], x[1], 1), X, Wave([2, 4, 6], 0.4));
    }

    [TestMethod]
    public void InPlaceActivationsChangeTheirInput()
    {
        var x = tensor(new float[] { -1, 2 });
        var y = functional.relu(x, true);
        CollectionAssert.AreEqual(new float[] { 0, 2 }, x.data<float>().ToArray());
        CollectionAssert.AreEqual(new float[] { 0, 2 }, y.data<float>().ToArray());
    }

    [TestMethod]
    public void PoolsAgree()
    {
        AssertFunction("avg_pool1d", x => functional.avg_pool1d(x[0], 2), Row);
        AssertFunction("avg_pool1d_pad", x => functional.avg_pool1d(x[0], 3, 2, 1), Row);
        AssertFunction("avg_pool2d", x => functional.avg_pool2d(x[0], (2, 3), (2, 1), (1, 1)), Image);
        AssertFunction("avg_pool3d", x => functional.avg_pool3d(x[0], [2, 2, 2], [2, 2, 2]), Volume);
        AssertFunction("max_pool1d", x => functional.max_pool1d(x[0], 3, 2, 1), Row);
        AssertFunction("max_pool2d", x => functional.max_pool2d(x[0], 3, 2, 1), Image);
        AssertFunction("max_pool3d", x => functional.max_pool3d(x[0], [1, 3, 3], [1, 2, 2], [0, 1, 1]), Volume);
        AssertFunction("adaptive_avg_pool1d", x => functional.adaptive_avg_pool1d(x[0], 5), Row);
        AssertFunction("adaptive_avg_pool2d", x => functional.adaptive_avg_pool2d(x[0], (3, 1)), Image);
        AssertFunction("adaptive_avg_pool3d", x => functional.adaptive_avg_pool3d(x[0], (4, 1, 1)), Volume);
    }

    [TestMethod]
    public void ResamplingAndPaddingAgree()
    {
        AssertFunction("interpolate_nearest", x => functional.interpolate(x[0], [5, 9]), Image);
        AssertFunction("interpolate_linear", x => functional.interpolate(x[0], scale_factor: [2.0], mode: InterpolationMode.Linear, align_corners: false), Row);
        AssertFunction("interpolate_bilinear", x => functional.interpolate(x[0], [5, 9], mode: InterpolationMode.Bilinear, align_corners: true), Image);
        AssertFunction("interpolate_bicubic", x => functional.interpolate(x[0], [5, 9], mode: InterpolationMode.Bicubic, align_corners: false), Image);
        AssertFunction("interpolate_area", x => functional.interpolate(x[0], [4, 3], mode: InterpolationMode.Area), Image);
        AssertFunction("pad", x => functional.pad(x[0], (1, 2, 0, 3), value: 0.5), Image);
        AssertFunction("pad_reflect", x => functional.pad(x[0], (1, 2), PaddingModes.Reflect), Row);
        AssertFunction("pad_replicate", x => functional.pad(x[0], (1, 2), PaddingModes.Replicate), Row);
        AssertFunction("unfold", x => functional.unfold(x[0], (3, 2), (1, 1), (1, 0), (2, 1)), Image);
    }

    [TestMethod]
    public void AttentionAgrees()
    {
        var q = Wave([2, 2, 5, 4]);
        var k = Wave([2, 2, 7, 4], 0.3);
        var v = Wave([2, 2, 7, 3], 0.9);
        var valid = ones([2, 1, 1, 7], dtype: ScalarType.Bool);
        valid[0, 0, 0, 5] = tensor(false);
        valid[0, 0, 0, 6] = tensor(false);
        AssertFunction("attention", x => functional.scaled_dot_product_attention(x[0], x[1], x[2]), q, k, v);
        AssertFunction("attention_bool_mask", x => functional.scaled_dot_product_attention(x[0], x[1], x[2], valid), q, k, v);
        AssertFunction("attention_added_mask", x => functional.scaled_dot_product_attention(x[0], x[1], x[2], x[3]), q, k, v, Wave([5, 7], 1.5));
        AssertFunction(
            "attention_causal", x => functional.scaled_dot_product_attention(x[0], x[1], x[1], is_casual: true), q, Wave([2, 2, 5, 4], 0.3));
    }

    [TestMethod]
    public void AttentionDropoutKeepsTheMean()
    {
        manual_seed(3);
        var q = zeros(1, 64, 32, 4);
        var v = ones(1, 64, 32, 4);
        var output = functional.scaled_dot_product_attention(q, q, v, p: 0.5);
        Assert.AreEqual(1.0, output.mean().ToDouble(), 0.05);
        Assert.IsGreaterThan(0.05, output.std().ToDouble());
    }

    [TestMethod]
    public void LossesAgree()
    {
        var labels = tensor(new long[] { 1, 4, -100, 0, 3, 3 });
        var known = labels.clamp(min: 0);
        var logits = Wave([6, 5]);
        AssertFunction("cross_entropy", x => functional.cross_entropy(x[0], labels).reshape(1), logits);
        var weight = Wave([5], 0.2).abs() + 0.5;
        AssertFunction("cross_entropy_smooth", x => functional.cross_entropy(x[0], labels, weight, label_smoothing: 0.1).reshape(1), logits);
        AssertFunction("cross_entropy_none", x => functional.cross_entropy(x[0], known, ignore_index: 3, reduction: Reduction.None), logits);
        AssertFunction("nll_loss", x => functional.nll_loss(functional.log_softmax(x[0], -1), known).reshape(1), logits);
        var y = Wave([2, 4, 6], 0.8);
        AssertFunction("mse_loss", x => functional.mse_loss(x[0], y).reshape(1), X);
        AssertFunction("l1_loss", x => functional.l1_loss(x[0], y, Reduction.Sum).reshape(1), X);
        AssertFunction("smooth_l1_loss", x => functional.smooth_l1_loss(x[0], y, beta: 0.5).reshape(1), X);
        AssertFunction("kl_div", x => functional.kl_div(functional.log_softmax(x[0], -1), functional.log_softmax(y, -1), reduction: Reduction.Sum).reshape(1), X);
        AssertFunction("binary_cross_entropy_with_logits", x => functional.binary_cross_entropy_with_logits(x[0], y.abs()).reshape(1), X);
    }

    [TestMethod]
    public void ConnectionistTemporalLossAgrees()
    {
        var targets = tensor(new long[] { 1, 1, 3, 0, 2, 4, 4, 1 }, [2, 4]);
        var targetLengths = tensor(new long[] { 3, 4 });
        var speech = Wave([12, 2, 6]);
        AssertFunction(
            "ctc_loss",
            x => functional.ctc_loss(functional.log_softmax(x[0], -1), targets, tensor(new long[] { 12, 10 }), targetLengths, blank: 5).reshape(1),
            speech);
        AssertFunction(
            "ctc_loss_infinite",
            x => functional.ctc_loss(
                functional.log_softmax(x[0], -1), targets, tensor(new long[] { 12, 4 }), targetLengths, blank: 5, zero_infinity: true, reduction: Reduction.None),
            speech);
        AssertFunction(
            "ctc_loss",
            x => CTCLoss(blank: 5).call(functional.log_softmax(x[0], -1), targets, tensor(new long[] { 12, 10 }), targetLengths).reshape(1),
            speech);
    }

    [TestMethod]
    public void OneHotMarksTheClass()
        => CollectionAssert.AreEqual(
            new long[] { 0, 0, 1, 1, 0, 0 }, functional.one_hot(tensor(new long[] { 2, 0 }), 3).data<long>().ToArray());
}
