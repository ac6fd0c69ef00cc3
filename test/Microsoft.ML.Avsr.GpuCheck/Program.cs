using Microsoft.ML.Avsr.GpuCheck;
using TorchSharp;
using static TorchSharp.torch;

// Started by build/gpu-check.sh: gpu-check [cpu] [PRESET|none]. Checks every module on the GPU, trains there, and prints speeds.
var onCpu = args is ["cpu", ..];
var preset = args.Skip(onCpu ? 1 : 0).FirstOrDefault() ?? "medium_large_llama3.2-1b_dedr_4-2";
if (!onCpu && !cuda.is_available())
{
    Console.Error.WriteLine("CUDA is not available: there is no GPU, or this libtorch was built without CUDA. 'cpu' as first argument runs the checks on the processor.");
    return 2;
}
var device = onCpu ? CPU : CUDA;
// The comparison is with float32 on the processor.
backends.cuda.matmul.allow_tf32 = false;
backends.cudnn.allow_tf32 = false;
var failed = 0;
foreach (var (name, check) in DeviceChecks.All)
{
    try
    {
        check(device);
        Console.WriteLine($"pass  {name}");
    }
    catch (Exception e)
    {
        failed++;
        Console.WriteLine($"FAIL  {name}: {e.Message}");
    }
}
if (preset != "none")
    SpeedReport.Print(device, preset);
Console.WriteLine($"{DeviceChecks.All.Count - failed} passed, {failed} failed");
return failed == 0 ? 0 : 1;
