using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class ActivationTests
{
    [TestMethod]
    public void GeluHasTheRightGradientBehindATranspose()
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        var values = randn(2, 24, 16); // [batch, channels, time]
        var weights = randn(2, 16, 24); // [batch, time, channels]
        var input = values.clone().requires_grad_(true);
        var output = Activation.Gelu(input).transpose(1, 2);
        output.mul(weights).sum().backward();
        var actual = input.grad!.contiguous().data<float>().ToArray();

        // Φ(x) + x φ(x), the derivative written out.
        var x = values.data<float>().ToArray();
        var incoming = weights.transpose(1, 2).contiguous().data<float>().ToArray();
        var cumulative = values.div(Math.Sqrt(2)).erf().add(1).mul(0.5).data<float>().ToArray();
        for (var i = 0; i < x.Length; i++)
        {
            var density = Math.Exp(-0.5 * x[i] * x[i]) / Math.Sqrt(2 * Math.PI);
            Assert.AreEqual((cumulative[i] + x[i] * density) * incoming[i], actual[i], 1e-4, $"element {i}");
        }
    }
}
