using Microsoft.ML.Avsr.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Crop, grey and normalisation of frames: <c>04_videotransform…</c>.</summary>
internal sealed class VideoTransformCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("04_videotransform", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var input = io.Read("input"); // [time, colours, height, width] uint8
        var size = folder.Config.Integer("crop", FrameNormalizer.CropSize);
        var (height, width) = ((int)input.shape[2], (int)input.shape[3]);
        var (top, left) = FrameNormalizer.CenterOffset(height, width, size);
        var actual = input.shape[1] == 3
            ? FrameNormalizer.NormalizeColor(input, top, left, size)
            : FrameNormalizer.NormalizeCenter(input.select(1, 0), size);
        check.Close("output", io.Read("output"), actual.unsqueeze(1), folder.Tolerance(null));
        // AV-HuBERT's own transform rounds the offset down.
        if (io.Entries.ContainsKey("avhubert_output"))
            check.Close("avhubert_output", io.Read("avhubert_output"), FrameNormalizer.Normalize(input.select(1, 0), (height - size) / 2, (width - size) / 2, size), folder.Tolerance(null));
    }
}
