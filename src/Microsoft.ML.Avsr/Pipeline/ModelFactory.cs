using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr;

/// <summary>Makes the models that transformers share.</summary>
internal static class ModelFactory
{
    /// <summary>The part of a model that may stay outside the saved file.</summary>
    private const string AudioEncoder = "audio_encoder";

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
        });
    }

    /// <summary>The model that a saved file holds.</summary>
    /// <exception cref="AvsrModelException">It cannot be loaded.</exception>
    public static SharedModel FromBytes(ReadOnlyMemory<byte> bytes, Func<FrozenWeights, string?>? resolve)
    {
        var (recognizer, frozen) = AvsrModelSerializer.Load(bytes, resolve);
        var decoding = recognizer.Options;
        return new SharedModel(recognizer, recognizer.Model.Config.Supported, stream => AvsrModelSerializer.Save(stream, recognizer.Model, decoding, frozen));
    }
}
