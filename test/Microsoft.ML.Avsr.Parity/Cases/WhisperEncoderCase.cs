using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Whisper encoders from Hugging Face folders and OpenAI files: <c>02_whisper_encoder</c>.</summary>
internal sealed class WhisperEncoderCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category == "02_whisper_encoder";

    public void Run(CaseFolder folder, CaseCheck check)
    {
        using var guard = no_grad();
        var tensors = folder.Tensors();
        var tolerance = folder.Tolerance(null);
        var mel = tensors.Entries.ContainsKey("mel") ? tensors.Read("mel") : BorrowedMel(folder);
        using var files = HuggingFaceFolder.Open(folder.PathOf("hf"));
        using var encoder = WhisperEncoderFactory.FromHuggingFace(files);
        check.Close("encoder_output", tensors.Read("encoder_output"), encoder.call(mel, null).Features, tolerance);
        RunStages(files, tensors, mel, tolerance, check);
        foreach (var file in folder.Has("openai") ? Directory.GetFiles(folder.PathOf("openai"), "*.pt") : [])
        {
            using var checkpoint = WhisperCheckpoint.Open(file);
            using var other = WhisperEncoderFactory.FromCheckpoint(checkpoint);
            var name = Path.GetFileName(file).Contains("fp16", StringComparison.Ordinal) ? "encoder_output_fp16_weights" : "encoder_output";
            if (tensors.Entries.ContainsKey(name))
                check.Close($"{name} of {Path.GetFileName(file)}", tensors.Read(name), other.call(mel, null).Features, tolerance);
        }
    }

    /// <summary>Encoders cut after fewer layers show the hidden states, through their final norm.</summary>
    private static void RunStages(HuggingFaceFolder files, SafetensorsReader tensors, Tensor mel, Tolerance tolerance, CaseCheck check)
    {
        var full = WhisperEncoderConfig.FromJson(files.Config);
        foreach (var (name, layers) in new[] { ("after_positions", 0), ("after_layer_1", 1) })
        {
            if (!tensors.Entries.ContainsKey(name) || layers >= full.Layers)
                continue;
            using var checkpoint = WhisperCheckpoint.Open(files.Location);
            using var cut = new WhisperEncoder(full with { Layers = layers }, ModuleConstruction.ForLoading);
            StateDictionaryLoader.Load(cut, checkpoint.Encoder, strict: false);
            cut.eval();
            var weights = cut.state_dict();
            var expected = tensors.Read(name);
            var normed = nn.functional.layer_norm(expected, [expected.shape[2]], weights["layer_norm.weight"], weights["layer_norm.bias"]);
            var actual = cut.call(mel, null).Features.narrow(1, 0, expected.shape[1]);
            check.Close($"norm of {name}", normed, actual, tolerance);
        }
    }

    private static Tensor BorrowedMel(CaseFolder folder)
    {
        // "01_logmel/speech mel80_padded30s (not stored again)"
        var words = folder.Text("input_mel")!.Split(' ');
        return folder.Other(words[0]).Tensors().Read(words[1]).unsqueeze(0);
    }
}
