using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Offline;

[TestClass]
public sealed class LifetimeTests
{
    [TestMethod]
    public void ScopesDisposeOfWhatIsNotMovedOut()
    {
        Tensor kept, lost, detached;
        using (NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                lost = ones(2);
                kept = (lost + 1).MoveToOuterDisposeScope();
                detached = (lost + 2).DetachFromDisposeScope();
                Assert.AreEqual(1, inner.DisposablesCount);
            }
            Assert.IsTrue(lost.IsInvalid);
            Assert.IsFalse(kept.IsInvalid);
        }
        Assert.IsTrue(kept.IsInvalid);
        Assert.AreEqual(6f, detached.sum().item<float>());
        detached.Dispose();
    }

    [TestMethod]
    public void ScopesMayCloseOutOfOrder()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var made = ones(1);
        Assert.IsTrue(inner.Contains(made));
        inner.Dispose();
        Assert.IsTrue(made.IsInvalid);
        Assert.IsNull(CurrentDisposeScope);
    }

    [TestMethod]
    public void DisposedTensorsAreRefusedByName()
    {
        var x = ones(2);
        x.Dispose();
        x.Dispose();
        Assert.Throws<InvalidOperationException>(() => x.sum());
    }

    [TestMethod]
    public void ScopesBelongToTheirThread()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = ones(3));
        thread.Start();
        thread.Join();
        Assert.IsFalse(scope.Contains(other!));
        other!.Dispose();
    }

#if OFFLINE_TORCH // TorchSharp 0.102.7 fails this
    [TestMethod]
    public void TemporariesSurviveACollectorRunningAllTheTime()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed < TimeSpan.FromSeconds(2))
            {
                // nothing here is in a local: every operand is garbage as soon as its call has read its handle
                float sum = randn(16, 16).matmul(randn(16, 16)).add(randn(16), 0.5).relu().sum().item<float>();
                Assert.IsTrue(float.IsFinite(sum));
                Assert.HasCount(3, cat([ones(2, 3), ones(2, 3)], 1).split(2, dim: 1));
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }
#endif

    [TestMethod]
    public void MemoryStaysFlatInScopes()
    {
        Work(1000);
        long before = ResidentBytes();
        Work(10_000);
        long grown = ResidentBytes() - before;
        Assert.IsLessThan(32L << 20, grown, $"{grown >> 20} MiB more after 10,000 operations on 256 KiB tensors");

        static void Work(int operations)
        {
            using var x = randn(256, 256);
            for (int i = 0; i < operations; i++)
            {
                using var scope = NewDisposeScope();
                _ = (x + 1).relu().sum();
            }
        }
    }

#if OFFLINE_TORCH // TorchSharp 0.102.7 fails this
    [TestMethod]
    public void MemoryStaysBoundedWithoutScopes()
    {
        long before = ResidentBytes();
        for (int i = 0; i < 400; i++)
            _ = zeros(1 << 20) + 1; // 8 MiB a round, 3.2 GiB in all
        long grown = ResidentBytes() - before;
        Assert.IsLessThan(1L << 30, grown, $"{grown >> 20} MiB more: the collector does not know of native memory");
    }
#endif

    [TestMethod]
    public void BuffersAreSharedWithTheArray()
    {
        float[] array = [1, 2, 3, 4];
        using var view = frombuffer(array, ScalarType.Float32, count: 2, offset: 1);
        view.mul_(10);
        CollectionAssert.AreEqual((float[])[1, 20, 30, 4], array);
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
