using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr;

/// <summary>Makes the models that transformers share.</summary>
internal static class ModelFactory
{
    /// <summary>The part of a model that may stay outside the saved file.</summary>
    private const string AudioEncoder = "audio_encoder";

    /// <summary>What each part of a model takes.</summary>
    private static IReadOnlyList<ModelPartSize> Sizes(AvsrModel model, string? frozen)
    {
        using var scope = NewDisposeScope();
        return [.. model.state_dict().GroupBy(entry => entry.Key[..entry.Key.IndexOf('.')], StringComparer.Ordinal).Select(part =>
            new ModelPartSize(part.Key, part.Sum(entry => entry.Value.numel()), part.Sum(entry => entry.Value.numel() * entry.Value.element_size()), part.Key != frozen))];
    }

    /// <summary>The model that training made.</summary>
    public static SharedModel FromTraining(TrainedModel trained, DecodingOptions decoding)
    {
        var model = trained.Model;
        return new SharedModel(new SpeechRecognizer(model, decoding), model.Config.Supported, stream =>
        {
            FrozenWeights? frozen = null;
            if (trained.FrozenAudioEncoder is { } path)
            {
                using var folder = HuggingFaceFolder.Open(path);
                frozen = new FrozenWeights(AudioEncoder, Path.GetFullPath(path), folder.Sha256());
            }
            AvsrModelSerializer.Save(stream, model, decoding, frozen);
        }, () => Sizes(model, trained.FrozenAudioEncoder is null ? null : AudioEncoder));
    }

    /// <summary>The model that a saved file holds.</summary>
    /// <param name="bytes">What <see cref="SharedModel.Save"/> wrote.</param>
    /// <param name="resolve">Says where frozen weights are now.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <exception cref="AvsrModelException">It cannot be loaded.</exception>
    public static SharedModel FromBytes(ReadOnlyMemory<byte> bytes, Func<FrozenWeights, string?>? resolve, Device? device = null)
    {
        var (recognizer, frozen) = AvsrModelSerializer.Load(bytes, resolve);
        if (device is not null)
            recognizer.Model.to(device);
        var decoding = recognizer.Options;
        return new SharedModel(recognizer, recognizer.Model.Config.Supported, stream => AvsrModelSerializer.Save(stream, recognizer.Model, decoding, frozen),
            () => Sizes(recognizer.Model, frozen?.Part));
    }
}
