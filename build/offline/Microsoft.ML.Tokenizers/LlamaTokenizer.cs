namespace Microsoft.ML.Tokenizers;

/// <summary>The SentencePiece BPE tokenizer of Llama 1 and 2.</summary>
public sealed class LlamaTokenizer : SentencePieceTokenizer
{
    private LlamaTokenizer(SentencePieceModel model, bool addBeginOfSentence, bool addEndOfSentence, IReadOnlyDictionary<string, int>? specialTokens)
        : base(model, addBeginOfSentence, addEndOfSentence, specialTokens)
    {
    }

    public static new LlamaTokenizer Create(Stream modelStream, bool addBeginOfSentence = true, bool addEndOfSentence = false, IReadOnlyDictionary<string, int>? specialTokens = null)
    {
        var model = SentencePieceModel.Read(modelStream);
        if (model.ModelType != SentencePieceModel.Bpe)
            throw new ArgumentException("The model type is not Bpe.", nameof(modelStream));
        if (model.NormalizerName is not ("" or "identity"))
            throw new ArgumentException($"Normalization '{model.NormalizerName}' is not supported.", nameof(modelStream));
        return new LlamaTokenizer(model, addBeginOfSentence, addEndOfSentence, specialTokens);
    }
}
