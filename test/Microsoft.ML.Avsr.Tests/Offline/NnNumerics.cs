using System.Text.Json;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>Sine-wave inputs and checksums, as nn_expected.py makes them, and the numbers that it wrote.</summary>
internal static class NnNumerics
{
    private static readonly Lazy<Dictionary<string, double[]>> s_expected = new(() =>
        JsonSerializer.Deserialize<Dictionary<string, double[]>>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "nn", "expected.json")))!);

    public static Tensor Wave(long[] shape, double phase = 0)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)Math.Sin((0.7 * i) + phase);
        }

        return tensor(values, shape);
    }

    public static double Checksum(Tensor tensor)
    {
        using var values = tensor.detach().to(ScalarType.Float64).contiguous();
        var sum = 0.0;
        var i = 0;
        foreach (var value in values.data<double>().ToArray())
        {
            sum += value * Math.Sin(++i);
        }

        return sum;
    }

    /// <summary>Compares checksums with a case of expected.json.</summary>
    public static void AssertCase(string name, params Tensor[] actual)
    {
        var expected = s_expected.Value[name];
        Assert.HasCount(expected.Length, actual, $"{name}: number of tensors");
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], Checksum(actual[i]), 2e-4 * (1 + Math.Abs(expected[i])), $"{name}: tensor {i}");
        }
    }

    /// <summary>Output, gradient of a floating point input, gradients of the parameters, buffers, output in evaluation.</summary>
    public static void AssertModule(string name, nn.Module<Tensor, Tensor> module, Tensor input)
    {
        var index = 0;
        using (no_grad())
        {
            foreach (var parameter in module.parameters())
            {
                parameter.copy_(Wave(parameter.shape, index++ + 0.5));
            }
        }

        var trains = input.is_floating_point();
        var first = trains ? input.clone().requires_grad_() : input;
        var output = module.call(first);
        (output * Wave(output.shape, 2.0)).sum().backward();
        var results = new List<Tensor> { output };
        if (trains)
        {
            results.Add(first.grad!);
        }

        results.AddRange(module.parameters().Select(parameter => parameter.grad!));
        results.AddRange(module.buffers().Select(buffer => buffer.clone()));
        module.eval();
        results.Add(module.call(first.detach()));
        AssertCase(name, [.. results]);
    }

    /// <summary>Output, and gradients of all floating point inputs.</summary>
    public static void AssertFunction(string name, Func<Tensor[], Tensor> function, params Tensor[] inputs)
    {
        var leaves = inputs.Select(input => input.clone().requires_grad_()).ToArray();
        var output = function(leaves);
        (output * Wave(output.shape, 2.0)).sum().backward();
        AssertCase(name, [output, .. leaves.Select(leaf => leaf.grad!)]);
    }
}
