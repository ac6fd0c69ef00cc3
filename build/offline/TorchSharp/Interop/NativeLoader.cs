using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.RegularExpressions;

namespace TorchSharp;

/// <summary>
/// Finds and prepares libtorch and the shim. Search order for each: the folder in AVSR_LIBTORCH (or its lib/),
/// the application's folder, the system.
/// </summary>
internal static unsafe partial class NativeLoader
{
    private const string FolderVariable = "AVSR_LIBTORCH";
    private const string ShimFile = "libavsr_torch.so";
    private static readonly Lock s_lock = new();
    private static IntPtr s_shim;

#pragma warning disable CA2255 // a resolver has to be there before the first native call, whichever that is
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly, Resolve);

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != NativeMethods.Library)
            return IntPtr.Zero;
        lock (s_lock)
        {
            if (s_shim == IntPtr.Zero)
            {
                QuietenWaitingThreads();
                ChooseMatrixKernels();
                var shim = Load();
                VerifyVersion(shim);
                UseAllProcessors(shim);
                s_shim = shim;
            }
            return s_shim;
        }
    }

    /// <summary>
    /// OpenMP's workers spin after each parallel region by default and starve OpenBLAS's own pool (and the reverse);
    /// sleeping workers make mixed work faster. libc's environment is separate from .NET's copy.
    /// </summary>
    private static void QuietenWaitingThreads()
    {
        if (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null
            && Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
            _ = setenv("OMP_WAIT_POLICY", "passive", 0);
    }

    /// <summary>
    /// Debian's OpenBLAS 0.3.21 does not know AMD processors with AVX-512 and multiplies with kernels of half the speed. Newer ones choose by
    /// themselves what this names. .NET's copy of the environment is set, too: programs that are compared with inherit it.
    /// </summary>
    private static void ChooseMatrixKernels()
    {
        const string Variable = "OPENBLAS_CORETYPE", Kernels = "SKYLAKEX";
        const int VendorAuth = 0x68747541; // "Auth" of "AuthenticAMD"
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is not null
            || !(Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && Avx512CD.VL.IsSupported) || X86Base.CpuId(0, 0).Ebx != VendorAuth)
            return;
        Environment.SetEnvironmentVariable(Variable, Kernels);
        _ = setenv(Variable, Kernels, 0);
    }

    private static IntPtr Load()
    {
        var failures = new StringBuilder();
        foreach (string folder in Folders())
        {
            // libtorch itself: only where this folder has one; its dependants are then found by their names.
            foreach (string library in (string[])["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so"])
            {
                string path = Path.Combine(folder, library);
                if (File.Exists(path))
                    TryLoad(path, failures, out _);
            }
        }
        foreach (string folder in Folders())
        {
            string path = Path.Combine(folder, ShimFile);
            if (File.Exists(path) && TryLoad(path, failures, out var handle))
                return handle;
        }
        if (TryLoad(ShimFile, failures, out var system))
            return system;
        throw new DllNotFoundException(
            $"TorchSharp's native library {ShimFile} or the libtorch that it needs could not be loaded. "
            + $"Run build/setup.sh and build again, or set {FolderVariable} to the folder of a libtorch that matches. Tried:{Environment.NewLine}{failures}");
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen)
        {
            yield return chosen;
            yield return Path.Combine(chosen, "lib");
        }
        yield return AppContext.BaseDirectory;
        string? beside = Path.GetDirectoryName(typeof(NativeLoader).Assembly.Location);
        if (!string.IsNullOrEmpty(beside) && beside != AppContext.BaseDirectory)
            yield return beside;
    }

    private static bool TryLoad(string path, StringBuilder failures, out IntPtr handle)
    {
        try
        {
            handle = NativeLibrary.Load(path);
            return true;
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            failures.Append("  ").Append(path).Append(": ").AppendLine(failure.Message);
            handle = IntPtr.Zero;
            return false;
        }
    }

    /// <summary>C++ has no stable ABI across libtorch's minor versions: a mismatch must stop here, not crash later.</summary>
    private static void VerifyVersion(IntPtr shim)
    {
        var compiledVersion = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(shim, "avsr_compiled_version");
        var loadedConfig = (delegate* unmanaged<byte*, int, int>)NativeLibrary.GetExport(shim, "avsr_loaded_config");
        string compiled = Marshal.PtrToStringUTF8((IntPtr)compiledVersion()) ?? "";
        var buffer = new byte[16384];
        int length;
        fixed (byte* pointer = buffer)
            length = loadedConfig(pointer, buffer.Length);
        var match = VersionPattern().Match(Encoding.UTF8.GetString(buffer, 0, Math.Clamp(length, 0, buffer.Length)));
        if (match.Success && MajorMinor(match.Groups[1].Value) != MajorMinor(compiled))
        {
            throw new DllNotFoundException(
                $"{ShimFile} was compiled against libtorch {compiled}, but libtorch {match.Groups[1].Value} was loaded. "
                + $"Rebuild with -p:TorchDirectory=<that torch folder>, or point {FolderVariable} at libtorch {compiled}.");
        }

        static string MajorMinor(string version) => string.Join('.', version.Split('.', '+', 'a').Take(2));
    }

    /// <summary>Debian's libtorch starts with one thread, whatever the machine has.</summary>
    private static void UseAllProcessors(IntPtr shim)
    {
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { Length: > 0 })
            return;
        var setThreads = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(shim, "avsr_set_num_threads");
        _ = setThreads(Environment.ProcessorCount);
    }

    [GeneratedRegex(@"TORCH_VERSION=([0-9][^,\s]*)")]
    private static partial Regex VersionPattern();

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int setenv(string name, string value, int overwrite);
}
