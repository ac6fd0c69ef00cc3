using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Four stages of residual blocks over single frames; each stage but the first halves the picture.</summary>
internal sealed class ResidualTrunk : Module<Tensor, Tensor>
{
    private readonly ModuleList<ResidualBlock> layer1;
    private readonly ModuleList<ResidualBlock> layer2;
    private readonly ModuleList<ResidualBlock> layer3;
    private readonly ModuleList<ResidualBlock> layer4;

    public ResidualTrunk(VisualEncoderConfig config, ModuleConstruction construction)
        : base(nameof(ResidualTrunk))
    {
        var stages = config.StageChannels;
        layer1 = Stage(config.StemChannels, stages[0], 1, config, construction);
        layer2 = Stage(stages[0], stages[1], 2, config, construction);
        layer3 = Stage(stages[1], stages[2], 2, config, construction);
        layer4 = Stage(stages[2], stages[3], 2, config, construction);
        RegisterComponents();
    }

    /// <summary>[frames, stem, height, width] to [frames, last stage], averaged over the picture.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var state = input;
        foreach (var stage in new[] { layer1, layer2, layer3, layer4 })
        {
            foreach (var block in stage)
                state = block.call(state);
        }
        return state.mean([2, 3]).MoveToOuterDisposeScope();
    }

    private static ModuleList<ResidualBlock> Stage(int inputs, int outputs, int stride, VisualEncoderConfig config, ModuleConstruction construction)
    {
        var blocks = new ResidualBlock[config.BlocksPerStage];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new ResidualBlock(i == 0 ? inputs : outputs, outputs, i == 0 ? stride : 1, config.LearnedSlope, construction);
        return new ModuleList<ResidualBlock>(blocks);
    }
}
