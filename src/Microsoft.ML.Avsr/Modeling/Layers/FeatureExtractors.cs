using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Video features at the transformer's width: residual network, then a linear map.</summary>
internal sealed class VideoFeatureExtractor : Module<Tensor, Tensor?, Tensor>
{
    private readonly VisualResNet resnet;
    private readonly LinearLayer proj;

    public VideoFeatureExtractor(VisualEncoderConfig config, ModuleConstruction construction)
        : base(nameof(VideoFeatureExtractor))
    {
        resnet = new VisualResNet(config, construction);
        proj = new LinearLayer(config.StageChannels[3], config.Width, hasBias: true, construction);
        RegisterComponents();
    }

    public VisualResNet Network => resnet;

    /// <summary>[batch, 1, frames, height, width] to [batch, time, width].</summary>
    public override Tensor forward(Tensor video, Tensor? valid) => proj.call(resnet.call(video, valid));
}

/// <summary>Audio features at the transformer's width: a linear map of stacked log-filterbanks (specification 4.2).</summary>
internal sealed class AudioFeatureExtractor : Module<Tensor, Tensor>
{
    private readonly LinearLayer proj;

    public AudioFeatureExtractor(VisualEncoderConfig config, ModuleConstruction construction)
        : base(nameof(AudioFeatureExtractor))
    {
        proj = new LinearLayer(config.AudioFeatures, config.Width, hasBias: true, construction);
        RegisterComponents();
    }

    public ScalarType DType => proj.Weight.dtype;

    /// <summary>[batch, frames, audioFeatures] to [batch, frames, width].</summary>
    public override Tensor forward(Tensor audio) => proj.call(audio.to(DType));
}
