using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Token embeddings, N(0, 0.02²) to begin with.</summary>
internal sealed class EmbeddingTable : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [tokens, width]

    public EmbeddingTable(int tokens, int width, ModuleConstruction construction)
        : base(nameof(EmbeddingTable))
    {
        weight = construction.Normal(0.02, tokens, width);
        RegisterComponents();
    }

    public Parameter Weight => weight;

    /// <summary>int64 ids of any shape [...] to [..., width].</summary>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var shape = ids.shape;
        var rows = weight.index_select(0, ids.reshape(-1)); // [ids, width]
        return rows.reshape([.. shape, weight.shape[1]]).MoveToOuterDisposeScope();
    }
}
