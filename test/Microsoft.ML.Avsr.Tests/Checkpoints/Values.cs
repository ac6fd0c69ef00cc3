using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests;

/// <summary>Compares tensors in tests.</summary>
internal static class Values
{
    public static string Golden(string relativePath) => Path.Combine(AppContext.BaseDirectory, "Golden", relativePath);

    public static float[] Floats(Tensor tensor)
    {
        using var wide = tensor.detach().to_type(ScalarType.Float32).cpu().contiguous();
        return wide.data<float>().ToArray();
    }

    public static void AreClose(Tensor expected, Tensor actual, double absolute, double relative = 0, string name = "")
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape, $"shape of {name}");
        var (a, b) = (Floats(expected), Floats(actual));
        double worst = 0;
        var at = -1;
        for (var i = 0; i < a.Length; i++)
        {
            var excess = Math.Abs(a[i] - (double)b[i]) - (absolute + (relative * Math.Abs(a[i])));
            if (excess > worst || double.IsNaN(excess))
                (worst, at) = (excess, i);
        }
        Assert.IsTrue(at < 0, at < 0 ? "" : $"{name}[{at}]: expected {a[at]}, got {b[at]}");
    }

    public static string TemporaryFolder() => Directory.CreateTempSubdirectory("avsr-test-").FullName;
}
