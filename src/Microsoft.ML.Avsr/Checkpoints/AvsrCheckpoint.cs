using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Tells what a weights file is.</summary>
public static class AvsrCheckpoint
{
    /// <summary>Looks at a file or folder without reading its numbers: names and shapes decide.</summary>
    /// <param name="path">A file (<c>.safetensors</c>, <c>.pt</c>, <c>.pth</c>, <c>.ckpt</c>, <c>.bin</c>) or a folder of Hugging Face, of PEFT, or of this library.</param>
    /// <returns>What it is; <see cref="CheckpointKind.Unknown"/> for readable tensors of another model.</returns>
    /// <exception cref="CheckpointException">It does not exist, or it is no weights file that can be read safely.</exception>
    public static CheckpointSummary Inspect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            return InspectFolder(path);
        if (!File.Exists(path))
            throw new CheckpointException(path, null, "no such file or folder");
        using var source = OpenAny(path, out var format);
        return Describe(path, format, source);
    }

    /// <summary>Opens any single weights file by its content, whatever its extension.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its tensors.</returns>
    /// <exception cref="CheckpointException">No weights file, or one that breaks a rule.</exception>
    public static ITensorSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OpenAny(path, out _);
    }

    private static ITensorSource OpenAny(string path, out string format)
    {
        var head = new byte[9];
        int length;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, null, $"the file cannot be opened: {e.Message}", e);
        }
        if (length == head.Length && head[8] == (byte)'{' && BinaryPrimitives.ReadUInt64LittleEndian(head) < 1 << 30)
        {
            format = "safetensors";
            return new SafetensorsReader(path);
        }
        // A zip archive, or a pickle, which begins with its protocol.
        if (length >= 4 && ((head[0] == 'P' && head[1] == 'K') || (head[0] == 0x80 && head[1] is >= 2 and <= 5)))
        {
            var torchFile = new TorchPickleReader(path);
            format = torchFile.Container == TorchContainer.Zip ? "torch zip" : "torch legacy";
            return torchFile;
        }
        try
        {
            format = "llama2.c";
            return new Llama2CheckpointReader(path);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(path, null, $"not a weights file: neither safetensors, nor PyTorch (zip or legacy), nor llama2.c ({e.Rule})", e);
        }
    }

    private static CheckpointSummary InspectFolder(string path)
    {
        if (File.Exists(Path.Combine(path, "adapter_config.json")))
        {
            using var adapter = PeftAdapter.Open(path);
            return Describe(path, Format(path, "adapter_model"), adapter.Weights) with
            {
                Kind = CheckpointKind.PeftAdapter,
                LoraRank = adapter.Config.Rank,
            };
        }
        if (File.Exists(Path.Combine(path, ModelFolder.ManifestName)))
            return InspectOwnFolder(path);
        using var folder = HuggingFaceFolder.Open(path);
        var summary = Describe(path, Format(path, "model"), folder.Weights);
        var type = JsonFile.Text(folder.Config, "model_type");
        return summary.Kind == CheckpointKind.Unknown && type == "whisper" ? summary with { Kind = CheckpointKind.HuggingFaceWhisper, Audio = true } : summary;
    }

    // Our names are the published ones but for the projector's prefix and for AV-HuBERT where it hears.
    private static CheckpointSummary InspectOwnFolder(string path)
    {
        using var folder = ModelFolder.Open(path, checkHashes: false);
        using var joined = new JoinedTensorSource(folder);
        var streams = folder.Config.TryGetProperty("Model", out var model) ? JsonFile.Text(model, "AvHubertStreams") : null;
        string Published(string name)
        {
            if (name.StartsWith("projector.", StringComparison.Ordinal))
                name = name["projector.".Length..];
            if (name.StartsWith("video_encoder.", StringComparison.Ordinal) && streams is "Audio" or "Joint" or "Separate")
                return (streams == "Audio" ? "audio_encoder." : "audiovisual_encoder.") + name["video_encoder.".Length..];
            return streams == "Joint" && name.StartsWith("video_proj.", StringComparison.Ordinal) ? "audiovisual_proj." + name["video_proj.".Length..] : name;
        }
        using var source = joined.Rename(Published, leaveOpen: true);
        return Describe(path, "model folder", source);
    }

    private static string Format(string folder, string stem)
    {
        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        if (Has($"{stem}.safetensors"))
            return "safetensors";
        if (Has($"{stem}.safetensors.index.json"))
            return "safetensors, sharded";
        return Has("pytorch_model.bin.index.json") ? "torch zip, sharded" : "torch zip";
    }

    private static CheckpointSummary Describe(string path, string format, ITensorSource source)
    {
        var tensors = LlamaAvsrCheckpoint.Published(source) ?? source;
        var entries = tensors.Entries;
        long parameters = 0, bytes = 0;
        var byType = new Dictionary<ScalarType, long>();
        foreach (var entry in entries.Values)
        {
            bytes += entry.ByteLength;
            if (!ScalarTypes.IsFloating(entry.DType))
                continue;
            parameters += entry.ElementCount;
            byType[entry.DType] = byType.GetValueOrDefault(entry.DType) + entry.ElementCount;
        }
        var summary = new CheckpointSummary
        {
            Location = path,
            Kind = CheckpointKind.Unknown,
            Format = format,
            Tensors = entries.Count,
            Parameters = parameters,
            Bytes = bytes,
            DType = byType.Count == 0 ? null : byType.MaxBy(pair => pair.Value).Key,
        };
        return CheckpointRecognizer.Recognize(summary, source is Llama2CheckpointReader, tensors);
    }
}
