using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// A whole model as a folder: safetensors per part, the tokenizer, and a manifest with the architecture and a SHA-256 of every file. The folder
/// also holds a second of made-up sound and picture and what the model made of it, so that <see cref="Verify"/> can tell whether this machine
/// and this version of the library still compute the same.
/// </summary>
public static class AvsrModelFolder
{
    private const string TokenizerName = "tokenizer.json";
    private const int TestFrames = 25;

    /// <summary>Saves a model, and puts it in evaluation mode. An older model in the folder is replaced when the new one is complete.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model, all of whose tensors are written.</param>
    /// <param name="decoding">How it decodes; <see langword="null"/> for the defaults.</param>
    /// <exception cref="IOException">The folder cannot be written, or holds something else.</exception>
    /// <exception cref="InvalidOperationException">The model's adapters are merged.</exception>
    public static void Save(string folder, AvsrModel model, DecodingOptions? decoding = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(model);
        model.RequireUnmerged();
        var options = (decoding ?? new DecodingOptions()).Validate();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var parts = model.state_dict().GroupBy(entry => entry.Key[..entry.Key.IndexOf('.')]).ToDictionary(
            group => group.Key,
            group => (IReadOnlyDictionary<string, Tensor>)group.ToDictionary(entry => entry.Key[(group.Key.Length + 1)..], entry => entry.Value.detach()),
            StringComparer.Ordinal);
        var input = TestInput(model.Config);
        ModelFolder.Write(folder, new ModelFolderContent
        {
            Config = JsonSerializer.SerializeToElement(new Header(model.Config, options, TypeOf(model)), AvsrModelSerializer.Json),
            Parts = parts,
            Texts = new Dictionary<string, string> { [TokenizerName] = model.Tokenizer.Serialize() },
            SelfTestInput = input,
            SelfTestOutput = new SpeechRecognizer(model, options).Probe(input),
        });
    }

    /// <summary>Loads a model; the hash of every file is checked first.</summary>
    /// <param name="folder">What <see cref="Save"/> wrote.</param>
    /// <param name="construction">Device and precision; <see langword="null"/> is the CPU and the precision it was saved in.</param>
    /// <returns>A recogniser with the stored search, which owns the model.</returns>
    /// <exception cref="CheckpointException">A file is missing or not the one that was saved, or tensors are missing or left over; they are named.</exception>
    public static SpeechRecognizer Load(string folder, ModuleConstruction? construction = null)
    {
        using var opened = ModelFolder.Open(folder);
        return Load(opened, construction);
    }

    /// <summary>Loads the model as it was saved, runs the stored input through it, and compares with what it gave then.</summary>
    /// <param name="folder">What <see cref="Save"/> wrote.</param>
    /// <param name="absolute">Absolute difference allowed.</param>
    /// <param name="relative">Difference allowed relative to the stored value.</param>
    /// <returns>Whether projected tokens and the first logits agree, and the largest difference.</returns>
    /// <exception cref="CheckpointException">As for <see cref="Load(string, ModuleConstruction?)"/>.</exception>
    public static ModelVerification Verify(string folder, double absolute = 1e-3, double relative = 1e-3)
    {
        using var opened = ModelFolder.Open(folder);
        using var recognizer = Load(opened, null);
        using var guard = no_grad();
        return opened.Verify(recognizer.Probe, absolute, relative);
    }

    private static SpeechRecognizer Load(ModelFolder folder, ModuleConstruction? construction)
    {
        AvsrModel? model = null;
        try
        {
            var header = folder.Config.Deserialize<Header>(AvsrModelSerializer.Json);
            if (header?.Model is null || header.Decoding is null)
                throw new CheckpointException(folder.Location, "config", "model or decoding is missing");
            if (!ScalarTypes.IsFloating(header.DType))
                throw new CheckpointException(folder.Location, "config", $"DType is {header.DType}; a model has Float32, Float16, BFloat16 or Float64");
            var made = construction ?? new ModuleConstruction { DType = header.DType };
            var tokenizer = SpeechTokenizer.Deserialize(folder.Text(TokenizerName));
            ModelSizeCheck.Require(header.Model, tokenizer, null, folder.Parts.Select(folder.Part), folder.Location);
            model = new AvsrModel(header.Model, tokenizer, null, made with { Initialize = false });
            var children = model.named_children().ToDictionary(child => child.Item1, child => child.Item2, StringComparer.Ordinal);
            if (folder.Parts.FirstOrDefault(part => !children.ContainsKey(part)) is { } unknown)
                throw new CheckpointException(folder.Location, unknown, $"the model has no such part; it has {string.Join(", ", children.Keys)}");
            foreach (var (name, module) in children)
                StateDictionaryLoader.Load(module, folder.Part(name));
            return new SpeechRecognizer(model, header.Decoding);
        }
        catch (Exception e)
        {
            model?.Dispose();
            if (e is ArgumentException or JsonException or NotSupportedException or InvalidDataException or TokenizerException or OverflowException or ExternalException)
                throw new CheckpointException(folder.Location, "config", $"no model can be made of it: {e.Message}", e);
            throw;
        }
    }

    private static ScalarType TypeOf(AvsrModel model)
    {
        using var scope = NewDisposeScope();
        return model.LanguageModel.parameters().First().dtype;
    }

    /// <summary>One second of a rising tone, and of a brightness that moves over the picture: the same everywhere.</summary>
    private static Dictionary<string, Tensor> TestInput(AvsrModelConfig config)
    {
        var input = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        if (config.AudioFeatureWidth is { } audio)
            input["audio_features"] = TestFeatures(2 * TestFrames, audio);
        if (config.VideoFeatureWidth is { } video)
            input["video_features"] = TestFeatures(TestFrames, video);
        if (config.Supported.HasFlag(Modality.Audio) && config.AudioFeatureWidth is null)
        {
            var samples = new float[SpeechFrontEnd.SampleRate];
            for (var i = 0; i < samples.Length; i++)
            {
                var seconds = i / (double)samples.Length;
                samples[i] = (float)(0.3 * Math.Sin(2 * Math.PI * ((200 * seconds) + (1500 * seconds * seconds))));
            }
            input["samples"] = tensor(samples); // [samples]
        }
        if (config.Supported.HasFlag(Modality.Video) && config.VideoFeatureWidth is null)
        {
            const int side = SpeechFrontEnd.CropSize;
            var pixels = new byte[TestFrames * side * side];
            for (var i = 0; i < pixels.Length; i++)
            {
                var (frame, place) = Math.DivRem(i, side * side);
                var (y, x) = Math.DivRem(place, side);
                pixels[i] = (byte)((x * 2) + (y * (frame % 5)) + (frame * 7));
            }
            input["pixels"] = tensor(pixels, [TestFrames, side, side]); // [frames, 96, 96] uint8
        }
        return input;
    }

    private static Tensor TestFeatures(int time, int width)
    {
        var values = new float[time * width]; // [time, width]
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)Math.Sin(0.1 * i);
        return tensor(values, [time, width]);
    }

    private sealed record Header(AvsrModelConfig Model, DecodingOptions Decoding, ScalarType DType);
}
