using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static Microsoft.ML.Avsr.Tests.Offline.NnNumerics;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>Modules compute what PyTorch's compute: outputs, gradients, running statistics, start values.</summary>
[TestClass]
public sealed class NnModuleNumericsTests
{
    [TestMethod]
    public void LinearLayersAgree()
    {
        AssertModule("linear", Linear(5, 3), Wave([2, 4, 5]));
        AssertModule("linear_no_bias", Linear(5, 3, hasBias: false), Wave([4, 5]));
        AssertModule("sequential", Sequential(Linear(5, 8), GELU(), Linear(8, 2)), Wave([3, 5]));
    }

    [TestMethod]
    public void ConvolutionsAgree()
    {
        AssertModule("conv1d_groups", Conv1d(4, 6, 3, 2, 1, groups: 2), Wave([2, 4, 9]));
        AssertModule("conv1d_same", Conv1d(3, 4, 4, Padding.Same, dilation: 2), Wave([2, 3, 11]));
        AssertModule("conv1d_reflect", Conv1d(3, 4, 3, 1, 1, padding_mode: PaddingModes.Reflect), Wave([2, 3, 7]));
        AssertModule("conv1d_circular", Conv1d(3, 4, 3, 1, 1, padding_mode: PaddingModes.Circular), Wave([2, 3, 7]));
        AssertModule("conv2d", Conv2d(3, 4, (3, 2), (2, 1), (1, 0)), Wave([2, 3, 6, 5]));
        AssertModule("conv3d", Conv3d(1, 4, (5, 7, 7), (1, 2, 2), (2, 3, 3), bias: false), Wave([1, 1, 6, 12, 12]));
    }

    [TestMethod]
    public void BatchNormsAgreeInTrainingAndEvaluation()
    {
        AssertModule("batch_norm1d", BatchNorm1d(4), Wave([3, 4, 5]));
        AssertModule("batch_norm1d_rows", BatchNorm1d(4, momentum: 0.3), Wave([6, 4]));
        AssertModule("batch_norm2d", BatchNorm2d(3), Wave([2, 3, 4, 4]));
        AssertModule("batch_norm3d", BatchNorm3d(3), Wave([2, 3, 2, 4, 4]));
        AssertModule("batch_norm2d_untracked", BatchNorm2d(3, track_running_stats: false), Wave([2, 3, 4, 4]));
    }

    [TestMethod]
    public void OtherLayersAgree()
    {
        AssertModule("layer_norm", LayerNorm(6), Wave([2, 3, 6]));
        AssertModule("layer_norm2", LayerNorm([3, 6], 1e-3), Wave([2, 3, 6]));
        AssertModule("group_norm", GroupNorm(2, 6), Wave([2, 6, 5]));
        AssertModule("embedding", Embedding(7, 4, padding_idx: 2), tensor(new long[] { 0, 2, 6, 3, 3, 1 }, [2, 3]));
        AssertModule("prelu", PReLU(3), Wave([2, 3, 5]));
    }

    [TestMethod]
    public void ModuleFormsOfPoolsAgreeWithTheFunctions()
    {
        AssertFunction("avg_pool1d", x => AvgPool1d(2).call(x[0]), Wave([2, 3, 12]));
        AssertFunction("avg_pool2d", x => AvgPool2d((2, 3), (2, 1), (1, 1)).call(x[0]), Wave([2, 3, 8, 6]));
        AssertFunction("max_pool2d", x => MaxPool2d(3, 2, 1).call(x[0]), Wave([2, 3, 8, 6]));
        AssertFunction("max_pool3d", x => MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)).call(x[0]), Wave([1, 2, 4, 8, 6]));
        AssertFunction("adaptive_avg_pool2d", x => AdaptiveAvgPool2d((3, 1)).call(x[0]), Wave([2, 3, 8, 6]));
        AssertFunction("adaptive_avg_pool3d", x => AdaptiveAvgPool3d((4, 1, 1)).call(x[0]), Wave([1, 2, 4, 8, 6]));
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameStartValues()
    {
        AssertCase("seeded_linear", Seeded(() => [.. Linear(5, 3).parameters()]));
        AssertCase("seeded_conv1d", Seeded(() => [.. Conv1d(4, 6, 3, groups: 2).parameters()]));
        AssertCase("seeded_conv3d", Seeded(() => [.. Conv3d(1, 2, (3, 5, 5)).parameters()]));
        AssertCase("seeded_embedding", Seeded(() => [.. Embedding(9, 5).parameters()]));
        AssertCase("xavier_uniform", Seeded(() => [init.xavier_uniform_(empty(4, 6), 0.7)]));
        AssertCase("xavier_normal", Seeded(() => [init.xavier_normal_(empty(4, 6))]));
        AssertCase("kaiming_uniform", Seeded(() => [init.kaiming_uniform_(empty(4, 6, 3), nonlinearity: init.NonlinearityType.ReLU)]));
        AssertCase("kaiming_normal", Seeded(() =>
            [init.kaiming_normal_(empty(4, 6), mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU)]));
        AssertCase("trunc_normal", Seeded(() => [init.trunc_normal_(empty(50), std: 0.5, a: -0.6, b: 0.8)]));
        AssertCase("normal", Seeded(() => [init.normal_(empty(40), 0.2, 0.02)]));
    }

    [TestMethod]
    public void DropoutScalesWhatItKeepsAndRestsInEvaluation()
    {
        manual_seed(1);
        var module = Dropout(0.25);
        var input = ones(1000);
        var values = module.call(input).data<float>().ToArray();
        Assert.IsTrue(values.All(value => value is 0 or > 1.3333f and < 1.3334f));
        Assert.AreEqual(250, values.Count(value => value == 0), 60);
        module.eval();
        Assert.IsTrue(module.call(input).data<float>().ToArray().All(value => value == 1));
    }

    [TestMethod]
    public void AnInputWithTheWrongChannelsIsRefused()
    {
        var module = Conv1d(3, 4, 3);
        var caught = Assert.Throws<Exception>(() => module.call(Wave([2, 5, 7])));
        Assert.Contains("5", caught.Message);
    }

    private static Tensor[] Seeded(Func<Tensor[]> make)
    {
        manual_seed(42);
        return make();
    }
}
