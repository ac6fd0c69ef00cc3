namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Pretrained weights that a saved model names instead of holding.</summary>
/// <param name="Part">The part of the model: <c>audio_encoder</c>, <c>video_encoder</c> or <c>llm</c>.</param>
/// <param name="Path">The folder or file they were loaded from.</param>
/// <param name="Sha256">SHA-256 of the weights, in lower-case hexadecimal.</param>
public sealed record FrozenWeights(string Part, string Path, string Sha256)
{
    /// <summary>
    /// Says where weights are now, wherever a model or stage that names them is loaded without a resolver of its own: also by ML.NET's own
    /// <c>Model.Load</c>, which cannot be given one. <see langword="null"/>, or a null answer, uses the stored path. The hash is checked all the same.
    /// </summary>
    public static Func<FrozenWeights, string?>? DefaultResolver { get; set; }

    /// <summary>Tensors of the part that the model holds itself, by their names in the model: trained ones, such as adapters.</summary>
    public IReadOnlyList<string> Own { get; init; } = [];

    /// <summary>Tokens that the model added to the vocabulary of the pretrained language model; it holds their rows of the tables itself.</summary>
    public int AddedTokens { get; init; }
}
