namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Pretrained weights that a saved model names instead of holding.</summary>
/// <param name="Part">The part of the model: <c>audio_encoder</c>.</param>
/// <param name="Path">The folder they were loaded from.</param>
/// <param name="Sha256">SHA-256 of the weights, in lower-case hexadecimal.</param>
public sealed record FrozenWeights(string Part, string Path, string Sha256);
