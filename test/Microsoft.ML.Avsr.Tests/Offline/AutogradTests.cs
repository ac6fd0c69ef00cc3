using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Offline;

[TestClass]
public sealed class AutogradTests
{
    [TestMethod]
    public void BackwardFillsTheLeaves()
    {
        using var x = tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        using var loss = (x * x).sum();
        loss.backward();
        using var gradient = x.grad!;
        CollectionAssert.AreEqual((float[])[2, 4, 6], gradient.data<float>().ToArray());
    }

    [TestMethod]
    public void GradientsAccumulateUntilCleared()
    {
        using var x = ones(2, requires_grad: true);
        (x * 3).sum().backward();
        (x * 3).sum().backward();
        CollectionAssert.AreEqual((float[])[6, 6], x.grad!.data<float>().ToArray());
        x.grad!.zero_();
        CollectionAssert.AreEqual((float[])[0, 0], x.grad!.data<float>().ToArray());
    }

    [TestMethod]
    public void GradFunctionReturnsInsteadOfAccumulating()
    {
        using var x = tensor(new double[] { 2 }, requires_grad: true);
        using var unused = tensor(new double[] { 1 }, requires_grad: true);
        using var y = x.pow(3).sum();
        var gradients = autograd.grad([y], [x, unused], retain_graph: true, allow_unused: true);
        Assert.AreEqual(12.0, gradients[0].item<double>(), 1e-12);
        Assert.IsNull(gradients[1]);
        Assert.IsNull(x.grad);
    }

    [TestMethod]
    public void GradientsAgreeWithDifferences()
    {
        manual_seed(3);
        using var x = randn(4, 5, dtype: ScalarType.Float64, requires_grad: true);
        using var w = randn(5, 3, dtype: ScalarType.Float64);
        Loss(x, w).backward();
        double[] analytic = x.grad!.data<double>().ToArray();
        using var none = no_grad();
        const double step = 1e-6;
        var values = x.data<double>();
        for (int i = 0; i < analytic.Length; i++)
        {
            double centre = values[i];
            values[i] = centre + step;
            double above = Loss(x, w).item<double>();
            values[i] = centre - step;
            double below = Loss(x, w).item<double>();
            values[i] = centre;
            Assert.AreEqual((above - below) / (2 * step), analytic[i], 1e-6);
        }

        static Tensor Loss(Tensor x, Tensor w) => x.matmul(w).softmax(-1).log().sum() + x[.., 1..3].tanh().logsumexp(0).sum();
    }

    [TestMethod]
    public void NoGradAndInferenceModeNest()
    {
        using var x = ones(2, requires_grad: true);
        Assert.IsTrue(is_grad_enabled());
        using (no_grad())
        {
            Assert.IsFalse((x * 2).requires_grad);
            using (enable_grad())
                Assert.IsTrue((x * 2).requires_grad);
            Assert.IsFalse(is_grad_enabled());
        }
        using (inference_mode())
        {
            Assert.IsTrue(is_inference_mode_enabled());
            Assert.IsFalse((x * 2).requires_grad);
        }
        Assert.IsFalse(is_inference_mode_enabled());
        Assert.IsTrue((x * 2).requires_grad);
    }

    [TestMethod]
    public void ScopesDoNotFreeTheGraph()
    {
        using var x = tensor(new float[] { 3 }, requires_grad: true);
        Tensor loss;
        using (NewDisposeScope())
        {
            var squared = x * x;
            loss = squared.sum().MoveToOuterDisposeScope();
        }
        loss.backward();
        loss.Dispose();
        Assert.AreEqual(6f, x.grad!.item<float>());
    }

    [TestMethod]
    public void SecondBackwardThroughAFreedGraphThrows()
    {
        using var x = ones(2, requires_grad: true);
        using var loss = x.exp().sum();
        loss.backward();
        Assert.ThrowsExactly<ExternalException>(() => loss.backward());
    }
}
