using System.Globalization;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>What a weights file or folder is, found from its names and shapes without reading its numbers.</summary>
public sealed record CheckpointSummary
{
    /// <summary>Path of the file or folder.</summary>
    public required string Location { get; init; }

    /// <summary>Which model it is.</summary>
    public required CheckpointKind Kind { get; init; }

    /// <summary>How it is stored: <c>safetensors</c>, <c>torch zip</c>, <c>torch legacy</c>, <c>llama2.c</c>, <c>model folder</c> (this library's own), or one of the first three with <c>, sharded</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Number of tensors.</summary>
    public required int Tensors { get; init; }

    /// <summary>Number of elements of all floating-point tensors.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of all tensors.</summary>
    public required long Bytes { get; init; }

    /// <summary>Element type of most parameters; null where there is none.</summary>
    public ScalarType? DType { get; init; }

    /// <summary>Whether the model hears.</summary>
    public bool Audio { get; init; }

    /// <summary>Whether the model sees.</summary>
    public bool Video { get; init; }

    /// <summary>Width and layers of the audio encoder, Whisper or an AV-HuBERT that only hears; null where there is none.</summary>
    public (int Width, int Layers)? AudioEncoder { get; init; }

    /// <summary>Width and layers of AV-HuBERT; null where there is none.</summary>
    public (int Width, int Layers)? VideoEncoder { get; init; }

    /// <summary>Width and layers of the language model; null where there is none.</summary>
    public (int Width, int Layers)? LanguageModel { get; init; }

    /// <summary>Tokens of the language model's vocabulary, added ones included; null where there is none.</summary>
    public int? Vocabulary { get; init; }

    /// <summary>Kind of projector: <c>dense</c>, <c>dense with LayerNorm</c>, <c>JEJR</c>, <c>DEDR</c> or <c>JEDR</c>; null where there is none.</summary>
    public string? Projector { get; init; }

    /// <summary>Experts per mixture; null without a mixture. How many of them a token uses is not in any file.</summary>
    public int? Experts { get; init; }

    /// <summary>Frames stacked per audio token; null when the features are as wide as the encoder (pooling, or rate 1: the file does not say).</summary>
    public int? AudioStack { get; init; }

    /// <summary>Frames stacked per video token; null when the features are as wide as the encoder.</summary>
    public int? VideoStack { get; init; }

    /// <summary>Inner width of the language model's LoRA; null where there is none.</summary>
    public int? LoraRank { get; init; }

    /// <summary>Inner width of AV-HuBERT's LoRA; null where there is none.</summary>
    public int? VideoLoraRank { get; init; }

    /// <summary>A few lines for people.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Kind} ({Format}), {Tensors} tensors, {Parameters / 1e6:0.##} M parameters");
        if (DType is { } type)
            text.Append(CultureInfo.InvariantCulture, $", mostly {ScalarTypes.Name(type)}");
        text.Append(CultureInfo.InvariantCulture, $", {Bytes / 1e6:0.##} MB");
        void Network(string name, (int Width, int Layers)? size)
        {
            if (size is var (width, layers))
                text.Append(CultureInfo.InvariantCulture, $"; {name} {layers} x {width}");
        }
        Network("audio encoder", AudioEncoder);
        Network("video encoder", VideoEncoder);
        Network("language model", LanguageModel);
        if (Projector is not null)
            text.Append(CultureInfo.InvariantCulture, $"; projector {Projector}");
        if (Experts is { } experts)
            text.Append(CultureInfo.InvariantCulture, $" of {experts} experts");
        if (LoraRank is { } rank)
            text.Append(CultureInfo.InvariantCulture, $"; LoRA rank {rank}");
        return text.ToString();
    }
}
