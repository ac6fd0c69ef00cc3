using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

/// <summary>Numbers of the reference implementations, and comparison with them.</summary>
internal static class Golden
{
    /// <summary>Path of a golden file or folder: the copy in this project, or the one beside the repository.</summary>
    public static string Find(string relativePath)
    {
        var copied = Path.Combine(AppContext.BaseDirectory, "Golden", relativePath);
        return File.Exists(copied) || Directory.Exists(copied) ? copied : SharedData.Require("golden/" + relativePath);
    }

    /// <summary>All tensors of a safetensors file, owned by the current dispose scope.</summary>
    public static Dictionary<string, Tensor> Tensors(string relativePath)
    {
        using var reader = new SafetensorsReader(Find(relativePath));
        return reader.Entries.Keys.ToDictionary(name => name, name => reader.Read(name));
    }

    /// <summary>Fails unless |actual - expected| is at most absolute + relative · |expected| everywhere.</summary>
    public static void AreClose(Tensor expected, Tensor actual, double absolute, double relative = 0, string what = "")
    {
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape, $"{what}: [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]");
        if (expected.numel() == 0)
            return;
        var right = expected.to(ScalarType.Float64);
        var error = actual.detach().to(ScalarType.Float64).sub(right).abs();
        var excess = error.sub(right.abs().mul(relative)).max().item<double>();
        var largest = error.max().item<double>();
        Assert.IsTrue(excess <= absolute, $"{what}: largest error {largest:g4}, allowed {absolute:g4} + {relative:g4} of the value");
    }

    /// <summary>Copies golden weights into a module; keys that the map turns into null are skipped.</summary>
    public static void Fill(nn.Module module, IReadOnlyDictionary<string, Tensor> weights, Func<string, string?> map)
    {
        using var guard = no_grad();
        foreach (var (name, tensor) in module.state_dict())
        {
            if (map(name) is { } source)
                tensor.copy_(weights[source]);
        }
    }

    /// <summary>Gradient of a named parameter.</summary>
    public static Tensor Gradient(nn.Module module, string name)
    {
        foreach (var (key, parameter) in module.named_parameters())
        {
            if (key == name)
                return parameter.grad ?? throw new AssertFailedException($"{name} has no gradient");
        }
        throw new AssertFailedException($"no parameter {name}; there are {string.Join(", ", module.named_parameters().Select(p => p.Item1))}");
    }

    /// <summary>Number of values in all parameters.</summary>
    public static long ParameterCount(nn.Module module) => module.parameters().Sum(p => p.numel());
}
