using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Offline;

[TestClass]
public sealed class OperatorTests
{
    [TestMethod]
    public void Reductions()
    {
        using var x = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 9 } });
        Assert.AreEqual(24f, x.sum().item<float>());
        Close([6, 18], x.sum(1));
        Close([2.5, 3.5, 6], x.mean([0L]));
        Close([1, Math.Sqrt(7)], x.std(1));
        Close([1, 7], x.var(1));
        Close([2.0 / 3, 14.0 / 3], x.var(1, unbiased: false));
        var (values, indices) = x.max(1);
        Close([3, 9], values);
        CollectionAssert.AreEqual((long[])[2, 2], indices.data<long>().ToArray());
        Close([1, 3, 6, 4, 9, 18], x.cumsum(1));
        Close([Math.Sqrt(14), Math.Sqrt(122)], x.norm(1));
        Close([3.407606, 9.024], x.logsumexp(1), 1e-3);
        Close([0.0900306, 0.2447285, 0.6652410], x.softmax(1)[0], 1e-6);
        Assert.AreEqual(5L, x.argmax().item<long>());
        var (mean, deviation) = (x.mean(), x.std(unbiased: false));
        Assert.AreEqual(4f, mean.item<float>());
        Assert.AreEqual(2.5819889f, deviation.item<float>(), 1e-5f);
        Assert.AreEqual(9f, x.amax([0L, 1L]).item<float>());
        Assert.IsTrue((x > 0).all().item<bool>());
    }

    [TestMethod]
    public void ShapesAndJoins()
    {
        using var x = arange(12).reshape(3, 4);
        CollectionAssert.AreEqual((long[])[4, 3], x.transpose(0, 1).shape);
        CollectionAssert.AreEqual((long[])[1, 3, 1, 4], x.unsqueeze(0).unsqueeze(2).shape);
        CollectionAssert.AreEqual((long[])[3, 4], x.unsqueeze(0).squeeze(0).shape);
        CollectionAssert.AreEqual((long[])[6, 4], cat([x, x], 0).shape);
        CollectionAssert.AreEqual((long[])[3, 2, 4], stack([x, x], 1).shape);
        CollectionAssert.AreEqual((long[])[2, 3, 4], x.expand(2, 3, 4).shape);
        CollectionAssert.AreEqual((long[])[3, 2, 2], x.view(3, 2, -1).shape);
        CollectionAssert.AreEqual((long[])[3, 2, 3], x.unfold(1, 3, 1).shape);
        Tensor[] parts = x.split([1L, 3L], dim: 1);
        CollectionAssert.AreEqual((long[])[3, 3], parts[1].shape);
        Assert.HasCount(2, x.chunk(2, dim: 1));
        CollectionAssert.AreEqual((long[])[3, 0, 1, 2], x[0].roll(1).data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[0, 0, 0, 0, 4, 0, 0, 0, 8, 9, 0, 0], x.tril(-1).data<long>().ToArray());
        var grid = meshgrid([arange(2), arange(3)]);
        CollectionAssert.AreEqual((long[])[2, 3], grid[1].shape);
    }

    [TestMethod]
    public void InPlaceOperationsReturnTheirTarget()
    {
        using var x = ones(2);
        Assert.AreSame(x, x.add_(1).mul_(3));
        Close([6, 6], x);
        Close([6.5, 6.5], x.addcmul_(ones(2), ones(2), 0.5));
        Close([0, 0], x.zero_());
        Close([2, 2], x.fill_(2));
    }

    [TestMethod]
    public void DivisionModes()
    {
        using var x = tensor(new long[] { 7, -7 });
        CollectionAssert.AreEqual((long[])[3, -4], x.div(2, RoundingMode.floor).data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[3, -3], x.div(2, RoundingMode.trunc).data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[1, 1], (x % 2).data<long>().ToArray());
        Close([0.5, 0.25], 1 / tensor(new float[] { 2, 4 }));
        Close([-1, -3], 1 - tensor(new float[] { 2, 4 }));
        Close([1.5, 1], tensor(new float[] { 3, 0 }).clamp(1.0, 1.5));
    }

    [TestMethod]
    public void SpectraInvert()
    {
        manual_seed(1);
        using var signal = randn(2, 400);
        using var window = hann_window(100);
        using var spectrum = stft(signal, 100, hop_length: 25, window: window, return_complex: true);
        CollectionAssert.AreEqual((long[])[2, 51, 17], spectrum.shape);
        using var back = istft(spectrum, 100, hop_length: 25, window: window, length: 400);
        Assert.IsTrue(back.allclose(signal, atol: 1e-5));
        using var half = fft.rfft(signal);
        Assert.IsTrue(fft.irfft(half, 400).allclose(signal, atol: 1e-5));
        Assert.IsTrue(half.abs().pow(2).allclose(half.real.pow(2) + half.imag.pow(2), atol: 1e-3));
    }

    [TestMethod]
    public void ProductsOfManyKinds()
    {
        manual_seed(2);
        using var a = randn(3, 4);
        using var b = randn(4, 5);
        using var expected = a.mm(b);
        Assert.IsTrue(einsum("ij,jk->ik", a, b).allclose(expected, atol: 1e-5));
        Assert.IsTrue(bmm(a.unsqueeze(0), b.unsqueeze(0))[0].allclose(expected, atol: 1e-5));
        Assert.IsTrue(tensordot(a, b, 1).allclose(expected, atol: 1e-5));
        Assert.IsTrue(zeros(3, 5).addmm(a, b).allclose(expected, atol: 1e-5));
        Assert.IsTrue(zeros(1, 3, 5).baddbmm(a.unsqueeze(0), b.unsqueeze(0))[0].allclose(expected, atol: 1e-5));
    }

    [TestMethod]
    public void RandomNumbersFollowTheirGenerator()
    {
        using var first = new Generator(5);
        using var second = new Generator(5);
        Assert.IsTrue(rand(10, generator: first).Equals(rand(10, generator: second)));
        Assert.IsTrue(randperm(10, generator: first).Equals(randperm(10, generator: second)));
        using var state = first.get_state();
        using var once = randn(4, generator: first);
        first.set_state(state);
        Assert.IsTrue(once.Equals(randn(4, generator: first)));
        using var drawn = randint(3, 8, [100], generator: second);
        Assert.IsTrue(((drawn >= 3) & (drawn < 8)).all().item<bool>());
        CollectionAssert.AreEqual((long[])[1], multinomial(tensor(new float[] { 0, 1, 0 }), 1).data<long>().ToArray());
    }

    [TestMethod]
    public void UniqueAndSort()
    {
        using var x = tensor(new long[] { 3, 1, 3, 2 });
        var (output, inverse, counts) = x.unique(return_inverse: true, return_counts: true);
        CollectionAssert.AreEqual((long[])[1, 2, 3], output.data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[2, 0, 2, 1], inverse.data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[1, 1, 2], counts.data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[1, 3, 0, 2], x.argsort().data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[0, 1, 1, 2], bincount(x).data<long>().ToArray());
        CollectionAssert.AreEqual((long[])[1, 2], searchsorted(output, tensor(new long[] { 2, 3 })).data<long>().ToArray());
    }

    [TestMethod]
    public void BytesRoundTrip()
    {
        using var x = randn(3, 5).to(bfloat16);
        using var stream = new MemoryStream();
        x.WriteBytesToStream(stream, 1 << 20);
        Assert.AreEqual(30, stream.Length);
        stream.Position = 0;
        using var y = empty(3, 5, dtype: bfloat16);
        y.ReadBytesFromStream(stream);
        Assert.IsTrue(y.Equals(x));
    }

    [TestMethod]
    public void ThreadsCanBeChosen()
    {
        int before = get_num_threads();
        try
        {
            set_num_threads(1);
            Assert.AreEqual(1, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static void Close(double[] expected, Tensor actual, double tolerance = 1e-5)
    {
        float[] values = actual.data<float>().ToArray();
        Assert.HasCount(expected.Length, values);
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], values[i], tolerance);
    }
}
