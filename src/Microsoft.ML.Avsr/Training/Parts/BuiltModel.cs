using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Training;

/// <summary>A model to train, and where its parts come from.</summary>
/// <param name="Model">The model.</param>
/// <param name="PretrainedAudio">Whether the audio encoder has pretrained weights.</param>
/// <param name="PretrainedVideo">Whether the visual encoder has.</param>
/// <param name="PretrainedLanguageModel">Whether the language model has.</param>
/// <param name="PretrainedProjector">Whether the projector has: the whole model was given.</param>
internal sealed record BuiltModel(
    AvsrModel Model, bool PretrainedAudio, bool PretrainedVideo, bool PretrainedLanguageModel, bool PretrainedProjector)
{
    /// <summary>Whether the CTC heads are trained already: they came with their encoders.</summary>
    public bool PretrainedHeads { get; init; } = PretrainedProjector;

    /// <summary>The files that pretrained parts came from, with their hashes.</summary>
    public IReadOnlyList<FrozenWeights> Files { get; init; } = [];
}
