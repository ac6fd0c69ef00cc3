using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Whisper's fixed table of sinusoids: the first half of the width is sines, the second cosines.</summary>
internal sealed class PositionTable : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [positions, width]

    public PositionTable(int positions, int width, ModuleConstruction construction)
        : base(nameof(PositionTable))
    {
        weight = construction.Constant(0, positions, width);
        if (construction.Initialize && construction.Device is not { type: DeviceType.META })
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            weight.copy_(tensor(Sinusoids(positions, width), [positions, width]));
        }
        weight.requires_grad_(false);
        RegisterComponents();
    }

    public long Positions => weight.shape[0];

    /// <summary>Adds the first positions to [batch, time, width].</summary>
    public override Tensor forward(Tensor input) => input.add(weight.narrow(0, 0, input.shape[1]));

    private static float[] Sinusoids(int positions, int width)
    {
        var half = width / 2;
        var step = Math.Log(10000) / Math.Max(1, half - 1);
        var values = new float[positions * width];
        for (var p = 0; p < positions; p++)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = p * Math.Exp(-step * i);
                values[p * width + i] = (float)Math.Sin(angle);
                values[p * width + half + i] = (float)Math.Cos(angle);
            }
        }
        return values;
    }
}
