using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The optimisers' common part: groups, state by parameter, saving and loading.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    private static readonly OpHandle s_foreachZero = Op.Find("aten::_foreach_zero_");
    private readonly Dictionary<Parameter, OptimizerState> _stateByParameter = new(ReferenceEqualityComparer.Instance);

    protected OptimizerOptions _defaults = null!;

    public OptimizerHelper()
    {
    }

    public override IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

    /// <summary>Adds a group whose options are complete, with a fresh state for each of its parameters.</summary>
    private protected void AddGroup(ParamGroup group, Func<Parameter, OptimizerState> newState)
    {
        // Enumerated once: names and order must not change later.
        var parameters = group.Parameters.ToArray();
        group.Parameters = parameters;
        group.Options.InitialLearningRate = group.Options.LearningRate!.Value;
        foreach (var parameter in parameters)
        {
            var state = newState(parameter);
            if (!_stateByParameter.TryAdd(parameter, state))
            {
                throw new ArgumentException("A parameter appears twice among the optimiser's parameters.", nameof(group));
            }

            using var _ = no_grad();
            state.Initialize(group.Options);
        }

        _parameter_groups.Add(group);
    }

    private protected T StateOf<T>(Parameter parameter) where T : class => (T)(object)_stateByParameter[parameter];

    public override void zero_grad()
    {
        using var _ = no_grad();
        var gradients = new List<Tensor>();
        foreach (var parameter in parameters())
        {
            if (parameter.grad is { } grad)
            {
                gradients.Add(grad);
            }
        }

        if (gradients.Count > 0)
        {
            Op.CallVoid(s_foreachZero, gradients.ToArray());
        }

        gradients.ForEach(grad => grad.Dispose());
    }

    /// <summary>Evaluates the loss if asked to, then runs one update per group, without recording gradients.</summary>
    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null)
        where T : ParamGroup
    {
        var loss = loss_closure?.Invoke();
        using var _ = no_grad();
        foreach (var group in _parameter_groups)
        {
            body((T)group);
        }

        return loss;
    }

    public void to(Device device)
    {
        foreach (var state in _stateByParameter.Values)
        {
            state.to(device);
        }
    }

    public virtual StateDictionary state_dict()
    {
        var result = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            result.Options.Add(group.Options);
            var indices = new List<int>();
            foreach (var parameter in group.Parameters)
            {
                indices.Add(result.State.Count);
                result.State.Add(_stateByParameter[parameter]);
            }

            result.StateIndexRef.Add(indices);
        }

        return result;
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        RequireCount("parameter groups", state_dict.Options.Count, _parameter_groups.Count);
        using var _ = no_grad();
        for (var i = 0; i < _parameter_groups.Count; i++)
        {
            var group = _parameter_groups[i];
            var parameters = (Parameter[])group.Parameters;
            RequireCount($"parameters in group {i}", state_dict.StateIndexRef[i].Count, parameters.Length);
            if (!ReferenceEquals(group.Options, state_dict.Options[i]))
            {
                group.Options.LoadStateDict(state_dict.Options[i]);
            }

            for (var j = 0; j < parameters.Length; j++)
            {
                var target = _stateByParameter[parameters[j]];
                var source = state_dict.State[state_dict.StateIndexRef[i][j]];
                if (!ReferenceEquals(target, source))
                {
                    target.LoadStateDict(source);
                }
            }
        }
    }

    public void save_state_dict(string location)
    {
        using var stream = File.Create(location);
        using var writer = new BinaryWriter(stream);
        save_state_dict(writer);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        writer.Write(GetType().Name);
        TensorStream.WriteNumber(writer, _parameter_groups.Count);
        foreach (var group in _parameter_groups)
        {
            group.Options.SaveStateDict(writer);
            var parameters = (Parameter[])group.Parameters;
            TensorStream.WriteNumber(writer, parameters.Length);
            foreach (var parameter in parameters)
            {
                _stateByParameter[parameter].SaveStateDict(writer);
            }
        }
    }

    public void load_state_dict(string location)
    {
        if (!File.Exists(location))
        {
            throw new FileNotFoundException($"No saved optimiser state at '{location}'.", location);
        }

        using var stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    public void load_state_dict(BinaryReader reader)
    {
        var kind = reader.ReadString();
        if (kind != GetType().Name)
        {
            throw new ArgumentException($"The saved state is that of the optimiser {kind}, not of {GetType().Name}.");
        }

        RequireCount("parameter groups", TensorStream.ReadNumber(reader), _parameter_groups.Count);
        using var _ = no_grad();
        foreach (var group in _parameter_groups)
        {
            group.Options.LoadStateDict(reader);
            var parameters = (Parameter[])group.Parameters;
            RequireCount("parameters in a group", TensorStream.ReadNumber(reader), parameters.Length);
            foreach (var parameter in parameters)
            {
                _stateByParameter[parameter].LoadStateDict(reader);
            }
        }
    }

    private static void RequireCount(string what, long saved, long own)
    {
        if (saved != own)
        {
            throw new ArgumentException($"The saved state has {saved} {what}, this optimiser {own}.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            foreach (var state in _stateByParameter.Values)
            {
                (state as IDisposable)?.Dispose();
            }

            _stateByParameter.Clear();
        }
    }
}
