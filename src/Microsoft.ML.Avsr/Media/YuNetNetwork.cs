using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Media;

/// <summary>A pointwise convolution, then a depthwise 3x3 one: the building block of YuNet.</summary>
internal sealed class YuNetUnit : Module<Tensor, Tensor>
{
    private readonly Parameter point_weight; // [out, in, 1, 1]
    private readonly Parameter point_bias;   // [out]
    private readonly Parameter depth_weight; // [out, 1, 3, 3]
    private readonly Parameter depth_bias;   // [out]
    private readonly long _channels;
    private readonly bool _rectify;

    internal YuNetUnit(YuNetWeights.Unit unit, bool rectify)
        : base(nameof(YuNetUnit))
    {
        point_weight = YuNetWeights.Make(unit.PointWeight);
        point_bias = YuNetWeights.Make(unit.PointBias);
        depth_weight = YuNetWeights.Make(unit.DepthWeight);
        depth_bias = YuNetWeights.Make(unit.DepthBias);
        _channels = unit.DepthBias.Values.Length;
        _rectify = rectify;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var mixed = functional.conv2d(input, point_weight, point_bias);                                               // [batch, out, height, width]
        var spread = functional.conv2d(mixed, depth_weight, depth_bias, [1, 1], [1, 1], [1, 1], groups: _channels);   // [batch, out, height, width]
        if (_rectify)
            spread.relu_();
        return spread.MoveToOuterDisposeScope();
    }
}

/// <summary>
/// YuNet (Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", 2023): a backbone of six stages, a feature pyramid at strides
/// 8, 16 and 32, and anchor-free heads. Grey frames in, raw head outputs out.
/// </summary>
internal sealed class YuNetNetwork : Module<Tensor, Tensor>
{
    private readonly Parameter stem_weight; // [16, 1, 3, 3]: the sum over the three colours, which are equal in grey frames
    private readonly Parameter stem_bias;   // [16]
    private readonly ModuleList<YuNetUnit> backbone; // stage 0, then two units for each of the stages 1 to 5
    private readonly ModuleList<YuNetUnit> neck;     // strides 8, 16, 32
    private readonly ModuleList<YuNetUnit> share;    // strides 8, 16, 32
    private readonly ModuleList<YuNetUnit> heads;    // for each stride: class, objectness, box, points

    internal YuNetNetwork(YuNetWeights weights)
        : base(nameof(YuNetNetwork))
    {
        stem_weight = YuNetWeights.Make(weights.StemWeight);
        stem_bias = YuNetWeights.Make(weights.StemBias);
        backbone = new ModuleList<YuNetUnit>([.. weights.Backbone.Select(u => new YuNetUnit(u, rectify: true))]);
        neck = new ModuleList<YuNetUnit>([.. weights.Neck.Select(u => new YuNetUnit(u, rectify: true))]);
        share = new ModuleList<YuNetUnit>([.. weights.Share.Select(u => new YuNetUnit(u, rectify: true))]);
        heads = new ModuleList<YuNetUnit>([.. weights.Heads.Select(u => new YuNetUnit(u, rectify: false))]);
        RegisterComponents();
    }

    /// <summary>Runs the network.</summary>
    /// <param name="frames">[batch, 1, height, width] float, 0 to 255; height and width are multiples of 32.</param>
    /// <returns>[batch, 16, positions]: class, objectness, box (4), points (10); positions by stride 8, 16, 32, each row by row.</returns>
    public override Tensor forward(Tensor frames)
    {
        if (frames.dim() != 4 || frames.shape[1] != 1 || frames.shape[2] % 32 != 0 || frames.shape[3] % 32 != 0)
            throw new ArgumentException($"Frames are [{string.Join(", ", frames.shape)}]; [batch, 1, height, width] with multiples of 32 is needed.", nameof(frames));
        using var scope = NewDisposeScope();
        var x = functional.conv2d(frames, stem_weight, stem_bias, [2, 2], [1, 1]); // [batch, 16, height / 2, width / 2]
        x.relu_();
        x = functional.max_pool2d(backbone[0].call(x), 2L);       // [batch, 16, height / 4, width / 4]
        x = Stage(x, 1);
        x = functional.max_pool2d(Stage(x, 3), 2L);               // [batch, 64, height / 8, width / 8]
        var at8 = Stage(x, 5);
        var at16 = Stage(functional.max_pool2d(at8, 2L), 7);      // [batch, 64, height / 16, width / 16]
        var at32 = Stage(functional.max_pool2d(at16, 2L), 9);     // [batch, 64, height / 32, width / 32]
        at32 = neck[2].call(at32);
        at16 = neck[1].call(at16 + Twice(at32));
        at8 = neck[0].call(at8 + Twice(at16));
        var levels = new[] { Level(at8, 0), Level(at16, 1), Level(at32, 2) };
        return cat(levels, 2).MoveToOuterDisposeScope();
    }

    private Tensor Stage(Tensor x, int first) => backbone[first + 1].call(backbone[first].call(x));

    private static Tensor Twice(Tensor x) => x.repeat_interleave(2, 2).repeat_interleave(2, 3); // [batch, 64, 2 height, 2 width], nearest

    private Tensor Level(Tensor x, int level)
    {
        var shared = share[level].call(x);
        var parts = new Tensor[4];
        for (var h = 0; h < parts.Length; h++)
            parts[h] = heads[4 * level + h].call(shared);
        return cat(parts, 1).flatten(2); // [batch, 16, positions]
    }
}
