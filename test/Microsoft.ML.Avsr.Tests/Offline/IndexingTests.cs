using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Offline;

[TestClass]
public sealed class IndexingTests
{
    [TestMethod]
    public void SlicesIntegersAndEllipsis()
    {
        using var x = arange(24).reshape(2, 3, 4);
        Check(x[1, 2, 3], [], [23]);
        Check(x[1, 2], [4], [20, 21, 22, 23]);
        Check(x[.., 1..3, ^1], [2, 2], [7, 11, 19, 23]);
        Check(x[TensorIndex.Ellipsis, 0], [2, 3], [0, 4, 8, 12, 16, 20]);
        Check(x[0, TensorIndex.Slice(2, null), TensorIndex.Slice(0, null, 2)], [1, 2], [8, 10]);
        Check(x[0, TensorIndex.None, 0], [1, 4], [0, 1, 2, 3]);
        Check(x[-1, -1], [4], [20, 21, 22, 23]);
        Check(x[1..], [1, 3, 4], [.. Enumerable.Range(12, 12)]);
        Check(x[.., .., ..^2].select(0, 0), [3, 2], [0, 1, 4, 5, 8, 9]);
    }

    [TestMethod]
    public void TensorsAndMasks()
    {
        using var x = arange(12).reshape(3, 4);
        using var rows = tensor(new long[] { 2, 0 });
        Check(x[rows], [2, 4], [8, 9, 10, 11, 0, 1, 2, 3]);
        Check(x[.., TensorIndex.Tensor(rows)], [3, 2], [2, 0, 6, 4, 10, 8]);
        Check(x[rows, tensor(new long[] { 1, 3 })], [2], [9, 3]);
        Check(x[x > 9], [2], [10, 11]);
        using var y = arange(8).reshape(2, 2, 2);
        using var mask = tensor(new[,] { { true, false }, { false, true } });
        Check(y[TensorIndex.Tensor(mask), 1], [2], [1, 7]);
    }

    [TestMethod]
    public void AssignmentWritesThrough()
    {
        using var x = zeros(3, 4, dtype: ScalarType.Int64);
        x[1] = tensor(7L);
        x[.., 0] = tensor(new long[] { 1, 2, 3 });
        x[2, 3] = 9;
        x[0, 1..3] = tensor(new long[,] { { 5, 6 } });
        Check(x, [3, 4], [1, 5, 6, 0, 2, 7, 7, 7, 3, 0, 0, 9]);
        x[x == 7] = -1;
        Check(x[1], [4], [2, -1, -1, -1]);
        x.index_put_(tensor(100L), tensor(new long[] { 0, 2 }), tensor(new long[] { 0, 1 }));
        Check(x, [3, 4], [100, 5, 6, 0, 2, -1, -1, -1, 3, 100, 0, 9]);
    }

    [TestMethod]
    public void GatherScatterAndFriends()
    {
        using var x = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        using var index = tensor(new long[,] { { 2, 0 }, { 1, 1 } });
        Check(x.gather(1, index).to(int64), [2, 2], [3, 1, 5, 5]);
        using var sums = zeros(2, 3).scatter_add_(1, index, ones(2, 2));
        Check(sums.to(int64), [2, 3], [1, 0, 1, 0, 2, 0]);
        using var added = zeros(3, 2).index_add_(0, tensor(new long[] { 1, 1 }), ones(2, 2), 2);
        Check(added.to(int64), [3, 2], [0, 0, 4, 4, 0, 0]);
        var (values, indices) = x.topk(2, dim: 1);
        Check(values.to(int64), [2, 2], [3, 2, 6, 5]);
        Check(indices, [2, 2], [2, 1, 2, 1]);
        Check(where(x > 3, x, zeros_like(x)).to(int64), [2, 3], [0, 0, 0, 4, 5, 6]);
        Check(x.masked_fill(x < 2, 0).to(int64), [2, 3], [0, 2, 3, 4, 5, 6]);
        Check(nonzero(x > 4), [2, 2], [1, 1, 1, 2]);
        Check(x.to(int64).repeat_interleave(2, dim: 1)[0], [6], [1, 1, 2, 2, 3, 3]);
    }

    [TestMethod]
    public void TooManyIndicesAreRefused()
        => Assert.Throws<Exception>(() => arange(4)[0..1, 0..1, 0..1]);

    private static void Check(Tensor actual, long[] shape, int[] values)
    {
        CollectionAssert.AreEqual(shape, actual.shape);
        CollectionAssert.AreEqual(values.Select(value => (long)value).ToArray(), actual.data<long>().ToArray());
    }
}
