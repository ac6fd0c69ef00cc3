using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>What goes into a <see cref="ModelFolder"/>.</summary>
public sealed record ModelFolderContent
{
    /// <summary>The model's configuration, an object.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>Tensors by part (<c>llm</c>, <c>audio_proj</c>, ...), each under the names of its module. One file per part.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, Tensor>> Parts { get; init; }

    /// <summary>Small text files by plain name, for example a tokenizer.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; init; } = new Dictionary<string, string>();

    /// <summary>Input of the self-test; null for none.</summary>
    public IReadOnlyDictionary<string, Tensor>? SelfTestInput { get; init; }

    /// <summary>What the model gave for <see cref="SelfTestInput"/> when it was saved.</summary>
    public IReadOnlyDictionary<string, Tensor>? SelfTestOutput { get; init; }
}
