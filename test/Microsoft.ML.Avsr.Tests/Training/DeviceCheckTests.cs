using Microsoft.ML.Avsr.GpuCheck;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>The checks that build/gpu-check.sh runs on a GPU machine.</summary>
[TestClass]
public class DeviceCheckTests
{
    public static IEnumerable<object[]> Names => DeviceChecks.All.Keys.Select(name => new object[] { name });

    [TestMethod]
    [TestCategory("Gpu")]
    [DynamicData(nameof(Names))]
    public void TheGpuAgrees(string name)
    {
        if (!torch.cuda.is_available())
            Assert.Inconclusive("There is no CUDA device; build/gpu-check.sh runs this on a machine that has one.");
        DeviceChecks.All[name](torch.CUDA);
    }

    [TestMethod]
    public void TheChecksHoldOnTheProcessorAndFindADifference()
    {
        foreach (var (_, check) in DeviceChecks.All.Where(c => c.Key is "JEJR" or "CTC head"))
            check(torch.CPU);
        Assert.ThrowsExactly<InvalidOperationException>(() => DeviceChecks.Compare(torch.CPU, () => new Drifting(), () => [torch.ones(2)], (module, x) => [module.call(x[0])]));
    }

    /// <summary>Gives something else every time.</summary>
    private sealed class Drifting() : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(Drifting))
    {
        private int _calls;

        public override torch.Tensor forward(torch.Tensor input) => input.requires_grad_(true).mul(++_calls);
    }
}
