using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>The tensor library's behaviour that the product leans on; holds for TorchSharp and its substitute.</summary>
[TestClass]
public sealed class TensorBasicsTests
{
    [TestMethod]
    public void RandomStreamIsPyTorchs()
    {
        manual_seed(0);
        using var x = randn(3);
        float[] values = x.data<float>().ToArray();
        Assert.AreEqual(1.5410f, values[0], 1e-4f);
        Assert.AreEqual(-0.2934f, values[1], 1e-4f);
        Assert.AreEqual(-2.1788f, values[2], 1e-4f);
    }

    [TestMethod]
    public void MatrixProductHasTheRightNumbers()
    {
        using var a = tensor(new float[,] { { 1, 2 }, { 3, 4 } });
        using var b = tensor(new float[,] { { 5, 6 }, { 7, 8 } });
        using var product = a.matmul(b);
        CollectionAssert.AreEqual((float[])[19, 22, 43, 50], product.data<float>().ToArray());
        CollectionAssert.AreEqual((long[])[2, 2], product.shape);
    }

    [TestMethod]
    public void NumbersPromoteAsInPyTorch()
    {
        using var integers = tensor(new long[] { 1, 2 });
        Assert.AreEqual(ScalarType.Float32, (integers * 2.5).dtype);
        Assert.AreEqual(ScalarType.Int64, (integers * 2).dtype);
        Assert.AreEqual(ScalarType.Float32, (integers / 2).dtype);
        Assert.AreEqual(ScalarType.Float64, tensor(1.0).dtype);
        Assert.AreEqual(ScalarType.Float32, tensor(1.0f).dtype);
        Assert.AreEqual(ScalarType.Int64, arange(4).dtype);
        Assert.AreEqual(ScalarType.Float32, arange(0.0, 1.0, 0.25).dtype);
        using var small = ones(2, dtype: ScalarType.BFloat16);
        Assert.AreEqual(ScalarType.BFloat16, (small * tensor(2.0)).dtype);
        Assert.AreEqual(4f, (small + small).sum().to(ScalarType.Float32).item<float>());
    }

    [TestMethod]
    public void ComparisonGivesATensor()
    {
        using var x = tensor(new float[] { 1, 2, 3 });
        CollectionAssert.AreEqual((bool[])[false, true, false], (x == 2).data<bool>().ToArray());
        CollectionAssert.AreEqual((bool[])[true, false, false], (x < tensor(2f)).data<bool>().ToArray());
        CollectionAssert.AreEqual((bool[])[false, false, true], (2 < x).data<bool>().ToArray());
    }

    [TestMethod]
    public void MetaTensorsHaveShapesWithoutMemory()
    {
        using var a = zeros(1000, 2000, dtype: ScalarType.BFloat16, device: META);
        using var b = zeros(2000, 3000, dtype: ScalarType.BFloat16, device: META);
        using var product = a.matmul(b);
        CollectionAssert.AreEqual((long[])[1000, 3000], product.shape);
        Assert.AreEqual(DeviceType.META, product.device_type);
    }

    [TestMethod]
    public void ElementsAreReadInLogicalOrder()
    {
        using var x = arange(6).reshape(2, 3).t();
        CollectionAssert.AreEqual((long[])[0, 3, 1, 4, 2, 5], x.data<long>().ToArray());
        Assert.AreEqual(4L, x.data<long>()[1, 1]);
        Assert.AreEqual(5L, x[2, 1].item<long>());
    }

    [TestMethod]
    public void WrongElementTypeIsRefused()
        => Assert.ThrowsExactly<ArgumentException>(() => ones(2).data<double>());
}
