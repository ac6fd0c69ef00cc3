using System.Security.Cryptography;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// A pretrained Whisper encoder: a Hugging Face folder (safetensors or <c>pytorch_model.bin</c>, single or sharded) or OpenAI's <c>.pt</c> file.
/// A decoder in the file is ignored.
/// </summary>
public sealed class WhisperCheckpoint : IDisposable
{
    private readonly HuggingFaceFolder? _folder;

    private WhisperCheckpoint(string path, JsonElement config, ITensorSource encoder, HuggingFaceFolder? folder)
    {
        Location = path;
        Config = config;
        Encoder = encoder;
        _folder = folder;
    }

    /// <summary>Path of the folder or file.</summary>
    public string Location { get; }

    /// <summary>The model's sizes as Hugging Face's <c>config.json</c> has them (<c>d_model</c>, <c>encoder_layers</c>, <c>num_mel_bins</c>, ...).</summary>
    public JsonElement Config { get; }

    /// <summary>The encoder's tensors under Hugging Face's names without prefix: <c>conv1.weight</c>, <c>layers.0.fc1.weight</c>, ...</summary>
    public ITensorSource Encoder { get; }

    /// <summary>Opens a folder or a file.</summary>
    /// <param name="path">A Hugging Face folder or an OpenAI <c>.pt</c> file.</param>
    /// <returns>The checkpoint; tensors are read on demand.</returns>
    /// <exception cref="CheckpointException">Not a Whisper model, or a file that breaks a rule.</exception>
    public static WhisperCheckpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) ? OpenFolder(path) : OpenFile(path);
    }

    /// <summary>Identifies the content: SHA-256 of the file, or of the folder's configuration and weights.</summary>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public string Sha256()
    {
        if (_folder is not null)
            return _folder.Sha256();
        using var stream = new FileStream(Location, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        Encoder.Dispose();
        _folder?.Dispose();
    }

    private static WhisperCheckpoint OpenFolder(string path)
    {
        var folder = HuggingFaceFolder.Open(path);
        try
        {
            var encoder = folder.Weights.Rename(CheckpointNames.HuggingFaceWhisperEncoder, leaveOpen: true);
            CheckEncoder(encoder);
            return new WhisperCheckpoint(path, folder.Config, encoder, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static WhisperCheckpoint OpenFile(string path)
    {
        var reader = new TorchPickleReader(path, new TorchPickleOptions { StateDictionary = null });
        try
        {
            var encoder = reader.Rename(CheckpointNames.OpenAiWhisperEncoder);
            CheckEncoder(encoder);
            return new WhisperCheckpoint(path, CreateConfig(reader), encoder, null);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    // OpenAI's file names its sizes in 'dims'; the feed-forward width is always four times the width and is checked against the tensor.
    private static JsonElement CreateConfig(TorchPickleReader reader)
    {
        long Dimension(string name) => reader.Root["dims"]?[name]?.AsInteger()
            ?? throw new CheckpointException(reader.Location, $"dims.{name}", "an OpenAI Whisper file gives this size, the file does not");
        var width = Dimension("n_audio_state");
        var feedForward = reader.Find("encoder.blocks.0.mlp.0.weight").Shape is [var rows, _] ? rows : 4 * width;
        return JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            ["model_type"] = "whisper",
            ["d_model"] = width,
            ["encoder_layers"] = Dimension("n_audio_layer"),
            ["encoder_attention_heads"] = Dimension("n_audio_head"),
            ["encoder_ffn_dim"] = feedForward,
            ["num_mel_bins"] = Dimension("n_mels"),
            ["max_source_positions"] = Dimension("n_audio_ctx"),
        });
    }

    private static void CheckEncoder(ITensorSource encoder)
    {
        if (!encoder.Entries.ContainsKey("conv1.weight") || !encoder.Entries.ContainsKey("embed_positions.weight"))
            throw new CheckpointException(encoder.Location, "conv1.weight", "no Whisper encoder was found (model.encoder.*, encoder.*, or OpenAI's encoder.blocks.*)");
    }
}
