using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>3-D convolution over time and picture, then a residual trunk over each frame (specification 4.1).</summary>
internal sealed class VisualResNet : Module<Tensor, Tensor?, Tensor>
{
    /// <summary>From this many channels on, convolutions are faster with channels first (measured with oneDNN on a CPU).</summary>
    private const int WideStem = 64;

    private readonly ModuleList<Module<Tensor, Tensor>> frontend3D; // convolution, norm, activation
    private readonly ResidualTrunk trunk;
    private readonly VisualEncoderConfig _config;

    public VisualResNet(VisualEncoderConfig config, ModuleConstruction construction)
        : base(nameof(VisualResNet))
    {
        _config = config;
        var (time, space) = config.StemKernel;
        frontend3D = new ModuleList<Module<Tensor, Tensor>>(
            new ConvolutionLayer(
                1, config.StemChannels, [time, space, space], [config.TimeStride, 2, 2], [time / 2, space / 2, space / 2], hasBias: false, construction),
            new FrameBatchNorm(config.StemChannels, construction),
            new ChannelActivation(config.StemChannels, config.LearnedSlope, construction));
        trunk = new ResidualTrunk(config, construction);
        RegisterComponents();
    }

    public ScalarType DType => ((ConvolutionLayer)frontend3D[0]).DType;

    /// <summary>Features of each frame.</summary>
    /// <param name="video">[batch, 1, frames, height, width], normalised pixels.</param>
    /// <param name="valid">[batch, frames] bool or null.</param>
    /// <returns>[batch, ⌈frames / timeStride⌉, last stage]; zero at padded positions.</returns>
    public override Tensor forward(Tensor video, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        var input = Prepare(video.to(DType), valid);
        var volume = frontend3D[0].call(input); // [batch, stem, time, height, width]
        var shape = volume.shape;
        var (batch, stem, time, height, width) = (shape[0], shape[1], shape[2], shape[3], shape[4]);
        // Time goes into the batch. The copy that this needs leaves channels last in memory, the faster order for a narrow trunk.
        var pictures = volume.permute(0, 2, 3, 4, 1).reshape(batch * time, height, width, stem);
        Tensor? rows = null;
        if (valid is not null)
        {
            // Only real frames go on: padding costs nothing and never enters the batch statistics.
            rows = PaddingMask.RealRows(PaddingMask.Subsample(valid, _config.TimeStride)); // [real]
            pictures = pictures.index_select(0, rows);
        }
        if (pictures.shape[0] == 0)
            return zeros(batch, time, _config.StageChannels[3], volume.dtype, volume.device).MoveToOuterDisposeScope();
        var frames = pictures.permute(0, 3, 1, 2); // [real, stem, height, width]
        if (stem >= WideStem)
            frames = frames.contiguous();
        frames = frontend3D[2].call(frontend3D[1].call(frames));
        frames = functional.max_pool2d(frames, 3, 2, 1); // [real, stem, height / 2, width / 2]
        var features = trunk.call(frames);               // [real, last stage]
        if (rows is not null)
        {
            var all = zeros(batch * time, features.shape[1], features.dtype, features.device);
            features = all.index_copy(0, rows, features);
        }
        return features.view(batch, time, -1).MoveToOuterDisposeScope();
    }

    /// <summary>Zeroes padded frames and shrinks the picture.</summary>
    private Tensor Prepare(Tensor video, Tensor? valid)
    {
        var input = video;
        if (_config.InputPooling > 1)
        {
            var shape = video.shape;
            var pictures = video.reshape(-1, 1, shape[3], shape[4]); // [batch · frames, 1, height, width]
            var small = functional.avg_pool2d(pictures, _config.InputPooling);
            var smallShape = small.shape;
            input = small.view(shape[0], 1, shape[2], smallShape[2], smallShape[3]);
        }
        if (valid is null)
            return input;
        var keep = valid.to(input.dtype).unsqueeze(1).unsqueeze(3).unsqueeze(4); // [batch, 1, frames, 1, 1]
        return input.mul(keep);
    }
}
