using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>The mean of trained parameters over the ends of several epochs, in float32. Tied weights are one parameter and so count once.</summary>
/// <param name="parameters">The parameters.</param>
internal sealed class WeightAverage(IReadOnlyList<Parameter> parameters) : IDisposable
{
    private const string Prefix = "average.";
    private readonly List<Tensor> _sums = [];

    /// <summary>Epochs added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the parameters as they are now.</summary>
    public void Add()
    {
        using var guard = no_grad();
        for (var i = 0; i < parameters.Count; i++)
        {
            if (Count == 0)
            {
                using var first = parameters[i].detach();
                _sums.Add(first.to_type(ScalarType.Float32, copy: true).DetachFromDisposeScope());
                continue;
            }
            using var scope = NewDisposeScope();
            _sums[i].add_(parameters[i].detach().to_type(ScalarType.Float32));
        }
        Count++;
    }

    /// <summary>Puts the mean into the parameters.</summary>
    public void Apply()
    {
        if (Count == 0)
            return;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        for (var i = 0; i < parameters.Count; i++)
            parameters[i].copy_(_sums[i].div(Count));
    }

    /// <summary>Adds the sums to a checkpoint's tensors.</summary>
    public void Save(IDictionary<string, Tensor> tensors)
    {
        for (var i = 0; i < _sums.Count; i++)
            tensors[$"{Prefix}{i}"] = _sums[i];
    }

    /// <summary>Takes the sums of a checkpoint.</summary>
    public void Load(int count, ITensorSource source)
    {
        Count = count;
        for (var i = 0; count > 0 && i < parameters.Count; i++)
            _sums.Add(source.Read($"{Prefix}{i}").to(parameters[i].device).DetachFromDisposeScope());
    }

    public void Dispose() => _sums.ForEach(sum => sum.Dispose());
}
