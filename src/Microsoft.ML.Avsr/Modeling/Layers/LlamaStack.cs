using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Embeddings, decoder layers and final norm: the part under <c>model.</c> in Hugging Face checkpoints.</summary>
internal sealed class LlamaStack : Module<Tensor, Tensor>
{
    private readonly EmbeddingTable embed_tokens;
    private readonly ModuleList<LlamaLayer> layers;
    private readonly RmsNorm norm;

    public LlamaStack(LlamaConfig config, LoraConfig? lora, ModuleConstruction construction)
        : base(nameof(LlamaStack))
    {
        embed_tokens = new EmbeddingTable(config.VocabularySize, config.Width, construction);
        var blocks = new LlamaLayer[config.Layers];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new LlamaLayer(config, lora, construction);
        layers = new ModuleList<LlamaLayer>(blocks);
        norm = new RmsNorm(config.Width, config.RmsEpsilon, construction);
        RegisterComponents();
    }

    public EmbeddingTable Embeddings => embed_tokens;

    public ModuleList<LlamaLayer> Layers => layers;

    public RmsNorm Norm => norm;

    public override Tensor forward(Tensor ids) => embed_tokens.call(ids);
}
