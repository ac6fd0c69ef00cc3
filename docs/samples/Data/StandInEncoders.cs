using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;

namespace Samples.Data;

/// <summary>Encoders of random weights, in the layout of the published ones, so that the samples run without a download.</summary>
internal static class StandInEncoders
{
    /// <summary>Writes a folder like that of openai/whisper-base, but small: features of width 32.</summary>
    public static void WriteWhisper(string folder)
    {
        Directory.CreateDirectory(folder);
        using var encoder = new WhisperEncoder(new WhisperEncoderConfig { Width = 32, Layers = 1, Heads = 2, FeedForward = 64 });
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), encoder.state_dict().ToDictionary(entry => "model.encoder." + entry.Key, entry => entry.Value));
        File.WriteAllText(Path.Combine(folder, "config.json"), """
            {"model_type":"whisper","d_model":32,"encoder_layers":1,"encoder_attention_heads":2,"encoder_ffn_dim":64,"num_mel_bins":80,"max_source_positions":1500}
            """);
    }

    /// <summary>Writes a file like AV-HuBERT's, but small: features of width 64.</summary>
    public static void WriteAvHubert(string path)
    {
        using var encoder = new AvHubertEncoder(new VisualEncoderConfig
        {
            Width = 64, Layers = 1, Heads = 1, FeedForward = 64, StemChannels = 8, StageChannels = [8, 8, 16, 16], PositionKernel = 16, PositionGroups = 4,
        });
        TorchZipWriter.Write(path, encoder.state_dict(), nestedUnder: "model");
    }
}
