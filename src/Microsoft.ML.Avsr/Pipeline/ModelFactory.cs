using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr;

/// <summary>Makes the models that transformers share.</summary>
internal static class ModelFactory
{
    /// <summary>What each part of a model takes; a part that is saved only in part is listed twice.</summary>
    private static IReadOnlyList<ModelPartSize> Sizes(AvsrModel model, IReadOnlyList<FrozenWeights> frozen)
    {
        using var scope = NewDisposeScope();
        var parts = new FrozenParts(frozen);
        return [.. model.state_dict().GroupBy(entry => (Name: entry.Key[..entry.Key.IndexOf('.')], IsSaved: !parts.IsElsewhere(entry.Key))).Select(part =>
            new ModelPartSize(part.Key.Name, part.Sum(entry => entry.Value.numel()), part.Sum(entry => entry.Value.numel() * entry.Value.element_size()), part.Key.IsSaved))];
    }

    /// <summary>The model that training made.</summary>
    public static SharedModel FromTraining(TrainedModel trained, DecodingOptions decoding) =>
        Create(new SpeechRecognizer(trained.Model, decoding), trained.Frozen);

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
        return Create(recognizer, frozen);
    }

    private static SharedModel Create(SpeechRecognizer recognizer, IReadOnlyList<FrozenWeights> frozen) => new(
        recognizer, recognizer.Model.Config.Supported, stream => AvsrModelSerializer.Save(stream, recognizer.Model, recognizer.Options, frozen),
        () => Sizes(recognizer.Model, frozen));
}
