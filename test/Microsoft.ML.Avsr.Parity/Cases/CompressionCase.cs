using System.Globalization;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Token compression, and how many Whisper frames are kept: <c>05_compression</c>.</summary>
internal sealed class CompressionCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("05_compression", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        using var guard = no_grad();
        var io = folder.Tensors("io.safetensors");
        var tolerance = folder.Tolerance(null);
        foreach (var name in io.Entries.Keys.Order(StringComparer.Ordinal))
        {
            var parts = name.Split('.'); // L<length>.k<rate>.<mode>.<video|audio>
            if (parts.Length != 4)
                continue;
            var rate = int.Parse(parts[1].AsSpan(1), CultureInfo.InvariantCulture);
            var expected = io.Read(name);
            var sequence = new EncodedSequence(io.Read(parts[0] + ".input"), null);
            var actual = parts[2] == "stack" ? TokenCompression.Stack(sequence, rate) : TokenCompression.AveragePool(sequence, rate);
            // The reference's video stacking hands an incomplete group through; "useless for the projector", it says. Here it gives no token.
            if (parts[2] == "stack" && parts[3] == "video" && sequence.Features.shape[1] < rate)
                check.Same($"{name}: tokens", 0L, actual.Features.shape[1]);
            else
                check.Close(name, expected, actual.Features, tolerance);
        }
        if (folder.Has("whisper_trim.safetensors"))
            RunTrim(folder, check);
    }

    /// <summary>
    /// Exact arithmetic keeps max(n / 320, 25) frames; the reference's float32 keeps one less for a few lengths. Which ones depends on its
    /// device, so either is accepted for its column.
    /// </summary>
    private static void RunTrim(CaseFolder folder, CaseCheck check)
    {
        var table = folder.Tensors("whisper_trim.safetensors").Read("samples_tokens_floor").data<long>().ToArray().Chunk(3);
        foreach (var row in table)
        {
            check.Same($"frames of {row[0]} samples", row[2], WhisperEncoder.ReferenceFrames(row[0]));
            var single = WhisperEncoder.ReferenceFrames(row[0], singlePrecision: true);
            check.Same($"float32 frames of {row[0]} samples", row[1], single == row[1] ? single : WhisperEncoder.ReferenceFrames(row[0]));
        }
    }
}
