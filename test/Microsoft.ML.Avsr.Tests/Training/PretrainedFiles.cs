using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>Small files in the layouts of published weights, with random numbers.</summary>
internal static class PretrainedFiles
{
    /// <summary>A Llama folder with a tokenizer.</summary>
    public static void WriteLanguageModel(string folder)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Golden", "06_tokenizers", "spm_mini", "tokenizer.model"), Path.Combine(folder, "tokenizer.model"));
        var vocabulary = SpeechTokenizer.FromHuggingFaceFolder(folder).PadId; // the first of the added tokens
        using var generator = manual_seed(11);
        using var llm = new LlamaForCausalLM(new LlamaConfig
        {
            VocabularySize = vocabulary, Width = 32, Layers = 2, Heads = 4, KeyValueHeads = 2, FeedForward = 48,
        });
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), llm.state_dict());
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model_type"] = "llama", ["vocab_size"] = vocabulary, ["hidden_size"] = 32, ["num_hidden_layers"] = 2, ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2, ["intermediate_size"] = 48, ["rms_norm_eps"] = 1e-5, ["hidden_act"] = "silu",
        }));
    }

    /// <summary>An AV-HuBERT of one layer under fairseq's names.</summary>
    public static void WriteVisualEncoder(string path)
    {
        using var generator = manual_seed(12);
        using var encoder = new AvHubertEncoder(new VisualEncoderConfig
        {
            StemChannels = 4, StageChannels = [4, 4, 8, 8], BlocksPerStage = 1, Width = 64, Layers = 1, Heads = 1, FeedForward = 32,
            PositionKernel = 8, PositionGroups = 4,
        });
        SafetensorsWriter.Write(path, encoder.state_dict());
    }
}
