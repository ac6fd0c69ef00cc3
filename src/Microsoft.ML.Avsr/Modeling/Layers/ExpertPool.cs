using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>N experts, each run only on the tokens that chose it, gathered into one matrix.</summary>
internal sealed class ExpertPool : Module<Tensor, RoutingDecision, Tensor>
{
    private readonly Expert[] _experts;

    public ExpertPool(int inputWidth, ProjectorConfig config, ModuleConstruction construction)
        : base(nameof(ExpertPool))
    {
        _experts = new Expert[config.Experts];
        for (var i = 0; i < _experts.Length; i++)
        {
            _experts[i] = new Expert(inputWidth, config.Hidden, config.OutputWidth, config.LayerNorm, config.Activation, construction);
            register_module(i.ToString(System.Globalization.CultureInfo.InvariantCulture), _experts[i]);
        }
    }

    /// <summary>Σ over the K choices of weight · expert(token).</summary>
    /// <param name="tokens">[n, inputWidth].</param>
    /// <param name="decision">Choices and weights, [n, K].</param>
    /// <returns>[n, outputWidth].</returns>
    public override Tensor forward(Tensor tokens, RoutingDecision decision)
    {
        using var scope = NewDisposeScope();
        var count = tokens.shape[0];
        var topK = decision.Choices.shape[1];
        var choices = decision.Choices.reshape(-1);             // [n · K], token-major
        var (_, order) = choices.sort(0, false, true);          // [n · K]: places of the choices, grouped by expert
        var owners = order.div(topK, RoundingMode.floor);       // [n · K]: token of each place
        var gathered = tokens.index_select(0, owners);          // [n · K, inputWidth]
        var loads = choices.bincount(null, _experts.Length).cpu().data<long>().ToArray();
        var parts = new List<Tensor>(_experts.Length);
        var start = 0L;
        for (var i = 0; i < _experts.Length; i++)
        {
            // In training an expert without tokens still runs, on nothing: its gradient is zero, not missing, as in the reference.
            if (loads[i] > 0 || training)
                parts.Add(_experts[i].call(gathered.narrow(0, start, loads[i])));
            start += loads[i];
        }
        if (parts.Count == 0)
            return zeros(count, _experts[0].OutputWidth, tokens.dtype, tokens.device).MoveToOuterDisposeScope();
        var outputs = cat(parts, 0);                                                    // [n · K, outputWidth]
        var weights = decision.Weights.reshape(-1).index_select(0, order).unsqueeze(1); // [n · K, 1]
        var weighted = outputs.mul(weights);
        var sums = zeros(count, outputs.shape[1], outputs.dtype, outputs.device);       // [n, outputWidth]
        return sums.index_add(0, owners, weighted, 1).MoveToOuterDisposeScope();
    }
}
