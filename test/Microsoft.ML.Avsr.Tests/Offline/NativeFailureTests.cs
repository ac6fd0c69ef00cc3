#if OFFLINE_TORCH
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>What the substitute does better than TorchSharp 0.102.7, where these end the process.</summary>
[TestClass]
public sealed class NativeFailureTests
{
    [TestMethod]
    public void ShapeMismatchThrowsAndNamesTheOperator()
    {
        using var a = ones(2, 3);
        using var b = ones(4, 5);
        var failure = Assert.ThrowsExactly<ExternalException>(() => a.matmul(b));
        StringAssert.Contains(failure.Message, "matmul");
        StringAssert.Contains(failure.Message, "2x3 and 4x5");
        Assert.DoesNotContain("frame #", failure.Message);
    }

    [TestMethod]
    public void TheThreadGoesOnAfterAFailure()
    {
        using var a = ones(2, 3);
        for (int i = 0; i < 100; i++)
            Assert.ThrowsExactly<ExternalException>(() => a.view(7));
        Assert.AreEqual(6f, a.sum().item<float>());
    }

    [TestMethod]
    public void BackwardOfANonScalarThrows()
    {
        using var x = ones(2, requires_grad: true);
        using var y = x * 2;
        var failure = Assert.ThrowsExactly<ExternalException>(() => y.backward());
        StringAssert.Contains(failure.Message, "scalar");
    }
}
#endif
