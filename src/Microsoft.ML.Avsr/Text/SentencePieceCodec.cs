using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>SentencePiece byte-pair models (Llama 2, TinyLlama).</summary>
internal sealed class SentencePieceCodec : TextCodec
{
    public const string Kind = "sentencepiece";
    private readonly byte[] _model;
    private readonly bool _legacy;
    private readonly SentencePieceBpeTokenizer _tokenizer;

    /// <param name="model">Bytes of the <c>tokenizer.model</c> file.</param>
    /// <param name="legacy">True: text behind a special token gets a dummy prefix like any other (Hugging Face's "legacy" behaviour).</param>
    /// <param name="source">The file's name, for messages.</param>
    public SentencePieceCodec(byte[] model, bool legacy, string source)
    {
        (_model, _legacy) = (model, legacy);
        File = SentencePieceFile.Parse(model, source);
        if (!File.IsBpe)
            throw new TokenizerException($"{source}: not a BPE model; Unigram, word and character models are not used by the language models that can be loaded.");
        _tokenizer = new SentencePieceBpeTokenizer(File, source);
    }

    public SentencePieceFile File { get; }

    public override Tokenizer Tokenizer => _tokenizer;

    public override int Count => File.Pieces.Count;

    public override void Encode(string text, bool first, List<int> ids) => _tokenizer.Encode(text, dummyPrefix: _legacy || first, ids);

    public override string Decode(IReadOnlyList<int> ids, bool first) => _tokenizer.Decode(ids, dummyPrefix: first);

    public override bool StartsWord(int id) => (uint)id < (uint)File.Pieces.Count && File.Pieces[id].Text.StartsWith('\u2581');

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("kind", Kind);
        writer.WriteBoolean("legacy", _legacy);
        writer.WriteBase64String("model", _model);
    }

    public static SentencePieceCodec ReadFrom(JsonElement element)
        => new(element.GetProperty("model").GetBytesFromBase64(), element.GetProperty("legacy").GetBoolean(), "Tokenizer definition");
}
