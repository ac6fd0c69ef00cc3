using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp;

internal interface IAdamState
{
    long Step { get; set; }

    Tensor Mean { get; }

    Tensor Square { get; }

    Tensor? MaximalSquare { get; }
}

/// <summary>One update of a group by Adam or AdamW (arXiv 1412.6980, 1711.05101), over all tensors of the group at once.</summary>
internal static class AdamUpdate
{
    private static readonly OpHandle s_mulList = Op.Find("aten::_foreach_mul_", "Scalar");
    private static readonly OpHandle s_divList = Op.Find("aten::_foreach_div_", "Scalar");
    private static readonly OpHandle s_addScalar = Op.Find("aten::_foreach_add_", "Scalar");
    private static readonly OpHandle s_addList = Op.Find("aten::_foreach_add_", "List");
    private static readonly OpHandle s_addListFresh = Op.Find("aten::_foreach_add", "List");
    private static readonly OpHandle s_negate = Op.Find("aten::_foreach_neg");
    private static readonly OpHandle s_addcmul = Op.Find("aten::_foreach_addcmul_", "Scalar");
    private static readonly OpHandle s_addcdiv = Op.Find("aten::_foreach_addcdiv_", "Scalar");
    private static readonly OpHandle s_sqrt = Op.Find("aten::_foreach_sqrt");
    private static readonly OpHandle s_maximumOut = Op.Find("aten::maximum", "out");

    internal readonly record struct Settings(
        double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, bool Decoupled, bool AmsGrad, bool Maximize);

    public static void Require(double lr, double beta1, double beta2, double eps, double weightDecay)
    {
        Check(nameof(lr), lr, lr >= 0, "at least 0");
        Check(nameof(beta1), beta1, beta1 is >= 0 and < 1, "in [0, 1)");
        Check(nameof(beta2), beta2, beta2 is >= 0 and < 1, "in [0, 1)");
        Check(nameof(eps), eps, eps >= 0, "at least 0");
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "at least 0");

        static void Check(string name, double value, bool good, string range)
        {
            if (!good)
            {
                throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
            }
        }
    }

    public static Tensor Zeros(Tensor like)
    {
        using var detached = like.detach();
        return detached.zeros_like().DetachFromDisposeScope();
    }

    /// <summary>Updates the parameters that have a gradient. Gradients are off already.</summary>
    public static void Run(Settings settings, Parameter[] parameters, Func<Parameter, IAdamState> stateOf)
    {
        // Usually all have taken equally many steps; parameters that were unused for a while make further batches.
        var batches = new Dictionary<long, Batch>();
        Batch? last = null;
        foreach (var parameter in parameters)
        {
            if (parameter.grad is not { } grad)
            {
                continue;
            }

            var state = stateOf(parameter);
            var step = ++state.Step;
            if (last?.Step != step && !batches.TryGetValue(step, out last))
            {
                batches.Add(step, last = new Batch(step, parameters.Length));
            }

            last!.Add(parameter, grad, state);
        }

        foreach (var batch in batches.Values)
        {
            if (batch.Dense.Count > 0)
            {
                AdamKernel.Run(settings, batch.Step, batch.Dense);
            }

            if (batch.Parameters.Count > 0)
            {
                RunLists(settings, batch);
            }

            batch.Dense.ForEach(item => item.Gradient.Dispose());
            batch.Gradients.ForEach(grad => grad.Dispose());
        }
    }

    private static void RunLists(Settings settings, Batch batch)
    {
        Tensor[] parameters = [.. batch.Parameters];
        Tensor[] gradients = [.. batch.Gradients];
        Tensor[] means = [.. batch.States.Select(state => state.Mean)];
        Tensor[] squares = [.. batch.States.Select(state => state.Square)];
        var ownGradients = settings.Maximize ? Op.CallMany(s_negate, gradients) : null;
        if (settings.WeightDecay != 0 && !settings.Decoupled)
        {
            var decayed = Op.CallMany(s_addListFresh, ownGradients ?? gradients, parameters, settings.WeightDecay);
            DisposeAll(ownGradients);
            ownGradients = decayed;
        }

        gradients = ownGradients ?? gradients;
        if (settings.WeightDecay != 0 && settings.Decoupled)
        {
            Op.CallVoid(s_mulList, parameters, 1 - (settings.LearningRate * settings.WeightDecay));
        }

        Op.CallVoid(s_mulList, means, settings.Beta1);
        Op.CallVoid(s_addList, means, gradients, 1 - settings.Beta1);
        Op.CallVoid(s_mulList, squares, settings.Beta2);
        Op.CallVoid(s_addcmul, squares, gradients, gradients, 1 - settings.Beta2);
        var ceilings = squares;
        if (settings.AmsGrad)
        {
            ceilings = [.. batch.States.Select(state => state.MaximalSquare!)];
            for (var i = 0; i < ceilings.Length; i++)
            {
                Op.CallVoid(s_maximumOut, ceilings[i], squares[i], ceilings[i]);
            }
        }

        var denominators = Op.CallMany(s_sqrt, ceilings);
        Op.CallVoid(s_divList, denominators, Math.Sqrt(1 - Math.Pow(settings.Beta2, batch.Step)));
        Op.CallVoid(s_addScalar, denominators, settings.Epsilon);
        Op.CallVoid(s_addcdiv, parameters, means, denominators, -settings.LearningRate / (1 - Math.Pow(settings.Beta1, batch.Step)));
        DisposeAll(denominators);
        DisposeAll(ownGradients);
    }

    private static void DisposeAll(Tensor[]? tensors)
    {
        foreach (var tensor in tensors ?? [])
        {
            tensor.Dispose();
        }
    }

    private sealed class Batch(long step, int capacity)
    {
        public long Step { get; } = step;

        /// <summary>What the one-pass kernel takes.</summary>
        public List<(Tensor Parameter, Tensor Gradient, IAdamState State)> Dense { get; } = new(capacity);

        /// <summary>The others, for the list operators, with their gradients and states.</summary>
        public List<Parameter> Parameters { get; } = new();

        public List<Tensor> Gradients { get; } = new();

        public List<IAdamState> States { get; } = new();

        public void Add(Parameter parameter, Tensor gradient, IAdamState state)
        {
            if (AdamKernel.Takes(parameter, gradient, state))
            {
                Dense.Add((parameter, gradient, state));
                return;
            }

            Parameters.Add(parameter);
            Gradients.Add(gradient);
            States.Add(state);
        }
    }
}
