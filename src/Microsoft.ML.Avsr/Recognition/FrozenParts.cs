using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>The pretrained parts of a model that stay in their own files: which tensors those are, and how the parts are found and loaded again.</summary>
/// <param name="named">The parts, as a saved model names them.</param>
internal sealed class FrozenParts(IReadOnlyList<FrozenWeights> named)
{
    public const string Audio = "audio_encoder";
    public const string Video = "video_encoder";
    public const string LanguageModel = "llm";

    /// <summary>Behind the name of a table: its rows of added tokens, which are saved alone.</summary>
    private const string AddedRows = ".added";

    private readonly Dictionary<string, HashSet<string>> _own = named.ToDictionary(f => f.Part, f => f.Own.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    public IReadOnlyList<FrozenWeights> Named => named;

    /// <summary>Whether a tensor of the model is in a part's own file.</summary>
    public bool IsElsewhere(string name) => _own.TryGetValue(PartOf(name), out var own) && !own.Contains(name);

    /// <summary>What a saved file holds of a model. Views of the model's tensors: not to be disposed.</summary>
    public Dictionary<string, Tensor> Saved(AvsrModel model)
    {
        var saved = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var added = named.FirstOrDefault(f => f.Part == LanguageModel)?.AddedTokens ?? 0;
        foreach (var (name, tensor) in model.state_dict())
        {
            if (!IsElsewhere(name))
                saved[name] = tensor;
            else if (added > 0 && IsTable(name))
                saved[name + AddedRows] = tensor.narrow(0, tensor.shape[0] - added, added).contiguous(); // [added, width]
        }
        return saved;
    }

    /// <summary>Loads the parts, and around them the model.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="source">What the saved file holds.</param>
    /// <param name="resolve">Says where parts are now.</param>
    /// <exception cref="AvsrModelException">A part is missing, or is not what the model was trained with.</exception>
    /// <exception cref="CheckpointException">The saved file lacks a tensor, or holds one too many.</exception>
    public AvsrModel Load(AvsrModelConfig config, Text.SpeechTokenizer tokenizer, ITensorSource source, Func<FrozenWeights, string?>? resolve)
    {
        var loaded = new Dictionary<string, nn.Module>(StringComparer.Ordinal);
        try
        {
            foreach (var part in named)
                loaded.Add(part.Part, LoadPart(part, config, resolve));
            T? Part<T>(string name) where T : nn.Module => (T?)loaded.GetValueOrDefault(name);
            var model = new AvsrModel(config, tokenizer, Part<WhisperEncoder>(Audio), Part<AvHubertEncoder>(Video), Part<LlamaForCausalLM>(LanguageModel), ModuleConstruction.ForLoading);
            loaded.Clear();
            try
            {
                using var whole = source.Rename(name => name.EndsWith(AddedRows, StringComparison.Ordinal) ? null : name, leaveOpen: true);
                StateDictionaryLoader.Load(model, whole, key => IsElsewhere(key) ? null : key);
                CopyAddedRows(model, source);
                return model;
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
        finally
        {
            foreach (var module in loaded.Values)
                module.Dispose();
        }
    }

    /// <summary>SHA-256 of a folder in Hugging Face's layout, or of one file.</summary>
    public static string HashOf(string path)
    {
        if (Directory.Exists(path))
        {
            using var folder = HuggingFaceFolder.Open(path);
            return folder.Sha256();
        }
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Where named weights are now; their hash is right.</summary>
    /// <exception cref="AvsrModelException">They are not there, or others are.</exception>
    public static string Find(FrozenWeights weights, Func<FrozenWeights, string?>? resolve)
    {
        var path = (resolve ?? FrozenWeights.DefaultResolver)?.Invoke(weights) ?? weights.Path;
        if (!Path.Exists(path))
        {
            throw new AvsrModelException(
                $"The model needs the pretrained {weights.Part} (SHA-256 {weights.Sha256}) that was at '{weights.Path}'; '{path}' does not exist. Put it back, or say where it is when loading (weightsResolver, or FrozenWeights.DefaultResolver).");
        }
        var hash = HashOf(path);
        if (!string.Equals(hash, weights.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new AvsrModelException($"The pretrained {weights.Part} in '{path}' has SHA-256 {hash}; the model was trained with {weights.Sha256}.");
        return path;
    }

    private static nn.Module LoadPart(FrozenWeights part, AvsrModelConfig config, Func<FrozenWeights, string?>? resolve)
    {
        var (expected, load) = part.Part switch
        {
            Audio => ((object?)config.AudioEncoder, (Func<string, (nn.Module Module, object Config)>)(path =>
            {
                using var folder = HuggingFaceFolder.Open(path);
                var encoder = WhisperEncoderFactory.FromHuggingFace(folder);
                return (encoder, encoder.Config);
            })),
            Video => (config.VisualEncoder, path =>
            {
                var encoder = AvHubertFactory.FromFile(path, config.VisualLora);
                return (encoder, encoder.Config);
            }),
            LanguageModel => (config.LanguageModel, path =>
            {
                using var folder = HuggingFaceFolder.Open(path);
                // Before memory is taken for tokens that a damaged file claims.
                var stored = LlamaConfig.FromJson(folder.Config).VocabularySize;
                if (stored + (long)part.AddedTokens != config.LanguageModel.VocabularySize)
                    throw new InvalidDataException($"{part.AddedTokens} tokens added to the {stored} of '{path}' do not make {config.LanguageModel.VocabularySize}");
                var llm = LlamaFactory.FromHuggingFace(folder, part.AddedTokens, config.Lora);
                return (llm, llm.Config);
            }),
            _ => throw new AvsrModelException($"The saved model is damaged: it names the part '{CheckpointException.Shorten(part.Part)}', which no model has."),
        };
        var (module, found) = load(Find(part, resolve));
        if (JsonSerializer.Serialize(found, AvsrModelSerializer.Json) == JsonSerializer.Serialize(expected, AvsrModelSerializer.Json))
            return module;
        module.Dispose();
        throw new AvsrModelException($"The saved model is damaged: its {part.Part} has another architecture than the pretrained one in '{part.Path}'.");
    }

    private void CopyAddedRows(AvsrModel model, ITensorSource source)
    {
        if (named.FirstOrDefault(f => f.Part == LanguageModel) is not { AddedTokens: > 0 and var added })
            return;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (name, tensor) in model.state_dict())
        {
            if (IsTable(name) && IsElsewhere(name))
                source.CopyTo(name + AddedRows, tensor.narrow(0, tensor.shape[0] - added, added));
        }
    }

    private static bool IsTable(string name) => name is "llm.model.embed_tokens.weight" or "llm.lm_head.weight";

    private static string PartOf(string name) => name[..Math.Max(0, name.IndexOf('.', StringComparison.Ordinal))];
}
