using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Float32 copies of parameters that compute in fewer bits. The optimiser changes the copies, and the parameters follow.</summary>
internal sealed class MasterWeights : IDisposable
{
    private const string Prefix = "master.";
    private readonly List<(int Index, Parameter Low, Parameter Master)> _pairs = [];

    /// <summary>Copies what is not float32.</summary>
    /// <param name="parameters">The trained parameters.</param>
    /// <param name="originals">Their values before they were rounded; null takes the rounded ones.</param>
    public MasterWeights(IReadOnlyList<Parameter> parameters, IReadOnlyList<Tensor>? originals = null)
    {
        var own = new List<Parameter>(parameters.Count);
        using var guard = no_grad();
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].dtype == ScalarType.Float32)
            {
                own.Add(parameters[i]);
                continue;
            }
            using var low = (originals?[i] ?? parameters[i]).detach();
            var master = new Parameter(low.to_type(ScalarType.Float32, copy: true));
            master.DetachFromDisposeScope();
            own.Add(master);
            _pairs.Add((i, parameters[i], master));
        }
        Optimized = own;
    }

    /// <summary>What the optimiser changes: the copies, and parameters that are float32 already.</summary>
    public IReadOnlyList<Parameter> Optimized { get; }

    /// <summary>Hands the parameters' gradients to the copies.</summary>
    public void TakeGradients()
    {
        using var guard = no_grad();
        foreach (var (_, low, master) in _pairs)
        {
            using var gradient = low.grad;
            if (gradient is null)
                continue;
            using var wide = gradient.to_type(ScalarType.Float32);
            master.grad = wide;
            gradient.zero_();
        }
    }

    /// <summary>Rounds the copies into the parameters.</summary>
    public void Publish()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (_, low, master) in _pairs)
            low.copy_(master);
    }

    /// <summary>Adds the copies to a checkpoint's tensors.</summary>
    public void Save(IDictionary<string, Tensor> tensors)
    {
        foreach (var (index, _, master) in _pairs)
            tensors[$"{Prefix}{index}"] = master;
    }

    /// <summary>Takes the copies of a checkpoint.</summary>
    public void Load(ITensorSource source)
    {
        foreach (var (index, _, master) in _pairs)
            source.CopyTo($"{Prefix}{index}", master);
    }

    /// <summary>Puts the float32 values into the parameters of a model that is float32 again.</summary>
    /// <param name="parameters">The same parameters in the same order.</param>
    public void CopyTo(IReadOnlyList<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (index, _, master) in _pairs)
            parameters[index].copy_(master);
    }

    public void Dispose()
    {
        foreach (var (_, _, master) in _pairs)
            master.Dispose();
    }
}
