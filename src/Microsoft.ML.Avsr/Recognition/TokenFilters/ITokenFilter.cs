using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>One rule that changes the scores of the next token. A token that the rule forbids gets minus infinity.</summary>
internal interface ITokenFilter
{
    /// <summary>Applies the rule.</summary>
    /// <param name="scores">Logits or log-probabilities, [rows, vocabulary] float32; not changed.</param>
    /// <param name="generated">What each row has generated so far.</param>
    /// <returns>[rows, vocabulary]; the input itself where nothing changes.</returns>
    Tensor Apply(Tensor scores, GeneratedTokens generated);
}
