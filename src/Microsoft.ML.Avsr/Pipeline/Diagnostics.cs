using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Avsr.Media;
using TorchSharp;

namespace Microsoft.ML.Avsr;

/// <summary>Looks at what the package needs on this machine. Nothing here throws: what cannot be found out is a finding.</summary>
internal static class Diagnostics
{
    public static AvsrDiagnosis Run(AvsrEstimator.Options options)
    {
        var torchItem = LibTorch();
        return new AvsrDiagnosis(
        [
            new("Package", true, true, typeof(Diagnostics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown version"),
            new(".NET", true, true, $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
            torchItem,
            .. torchItem.IsFound ? [Threads(), Blas(), Cuda()] : Array.Empty<AvsrDiagnosis.Item>(),
            Decoder(options.Media.FfmpegPath),
            FaceDetector(options.FaceDetectorPath),
            .. Weights(options),
        ]);
    }

    private static AvsrDiagnosis.Item LibTorch()
    {
        try
        {
            using var one = torch.ones(1);
            return new("libtorch", true, true, $"{torch.__version__}, through {typeof(torch).Assembly.GetName().Name} {typeof(torch).Assembly.GetName().Version}");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            var cause = error is TypeInitializationException { InnerException: { } inner } ? inner : error;
            return new("libtorch", false, true, cause.Message.ReplaceLineEndings(" "),
                "Reference the package TorchSharp-cpu or TorchSharp-cuda-linux / -windows in the application, at the version that docs/dependencies.md names.");
        }
    }

    private static AvsrDiagnosis.Item Threads()
    {
        var threads = torch.get_num_threads();
        var policy = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY");
        var isPassive = string.Equals(policy, "passive", StringComparison.OrdinalIgnoreCase);
        return new("Threads", true, false, $"{threads} of {Environment.ProcessorCount} processors, OMP_WAIT_POLICY={policy ?? "(not set)"}",
            threads > 1 && !isPassive ? "Set OMP_WAIT_POLICY=passive before libtorch loads: waiting threads otherwise take the processors from the working ones." : null);
    }

    private static AvsrDiagnosis.Item Blas()
    {
        try
        {
            using var square = torch.ones(64, 64);
            using var product = torch.mm(square, square); // loads what is loaded on first use
            using var process = Process.GetCurrentProcess();
            var names = process.Modules.Cast<ProcessModule>().Select(module => module.ModuleName)
                .Where(name => name.Contains("blas", StringComparison.OrdinalIgnoreCase) || name.Contains("mkl", StringComparison.OrdinalIgnoreCase)).Distinct().Order().ToArray();
            if (names.Length == 0)
                return new("BLAS", true, false, "inside libtorch");
            var isFast = names.Any(name => name.Contains("openblas", StringComparison.OrdinalIgnoreCase) || name.Contains("mkl", StringComparison.OrdinalIgnoreCase));
            return new("BLAS", isFast, false, string.Join(", ", names), isFast ? null : "This is the slow reference BLAS; let the system's alternatives choose OpenBLAS (docs/performance.md).");
        }
        catch (Exception error) when (error is Win32Exception or PlatformNotSupportedException or InvalidOperationException or ExternalException)
        {
            return new("BLAS", true, false, $"cannot be told: {error.Message}");
        }
    }

    private static AvsrDiagnosis.Item Cuda()
    {
        var count = torch.cuda_is_available() ? torch.cuda.device_count() : 0;
        return new("CUDA", count > 0, false, count > 0 ? $"{count} device(s)" : "none; the processor is used");
    }

    private static AvsrDiagnosis.Item Decoder(string? configured)
    {
        if (Ffmpeg.Find(configured) is not { } path)
            return new("ffmpeg", false, false, configured is null ? "not in the folders of PATH" : $"there is none at '{configured}'", Ffmpeg.HowToInstall);
        return Ffmpeg.Version(configured) is { } version
            ? new("ffmpeg", true, false, $"{path}: {version}")
            : new("ffmpeg", false, false, $"'{path}' does not run", Ffmpeg.HowToInstall);
    }

    private static AvsrDiagnosis.Item FaceDetector(string? path)
    {
        const string Name = "Face detector";
        if (path is null)
            return new(Name, false, false, $"{nameof(AvsrEstimator.Options.FaceDetectorPath)} is not set; needed only to find mouths by itself", YuNetDetector.WhereToGet);
        try
        {
            using (new YuNetDetector(path)) { }
            var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
            return new(Name, true, true, $"{path}, SHA-256 {hash}{(hash == DownloadableWeights.YuNet.Sha256 ? " (as published)" : "")}");
        }
        catch (Exception error) when (error is MediaException or IOException or UnauthorizedAccessException)
        {
            return new(Name, false, true, error.Message, YuNetDetector.WhereToGet);
        }
    }

    // Pretrained parts that the training options name.
    private static IEnumerable<AvsrDiagnosis.Item> Weights(AvsrEstimator.Options options)
    {
        (string Name, string? Path)[] parts =
        [
            (nameof(options.Training.AudioEncoderFolder), options.Training.AudioEncoderFolder),
            (nameof(options.Training.VisualEncoderPath), options.Training.VisualEncoderPath),
            (nameof(options.Training.LanguageModelFolder), options.Training.LanguageModelFolder),
            (nameof(options.Training.InitialModel), options.Training.InitialModel),
            (nameof(options.Training.EncodersFrom), options.Training.EncodersFrom),
        ];
        foreach (var (name, path) in parts)
        {
            if (path is null)
                continue;
            var isThere = File.Exists(path) || Directory.Exists(path);
            yield return new(name, isThere, true, path, isThere ? null : "There is nothing at this place; docs/weights.md says what can be read.");
        }
    }
}
