using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>Byte-pair encoding by ranks (Llama 3, Whisper): ML.NET's tiktoken tokenizer, with pieces cut by our expression.</summary>
internal sealed class RankCodec : TextCodec
{
    public const string Kind = "ranks";
    private readonly RankVocabulary _vocabulary;
    private readonly string _pattern;
    private readonly bool _compose;
    private readonly TiktokenTokenizer _tokenizer;

    /// <param name="vocabulary">Ranks.</param>
    /// <param name="pattern">Expression that cuts text into pieces.</param>
    /// <param name="compose">Text is brought to Unicode form C first.</param>
    public RankCodec(RankVocabulary vocabulary, string pattern, bool compose)
    {
        (_vocabulary, _pattern, _compose) = (vocabulary, pattern, compose);
        // The text is written anew: ML.NET's reader never returns from an empty line between others.
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(vocabulary.ToText(withEmpty: false)));
        _tokenizer = TiktokenTokenizer.Create(stream, new CodePointPreTokenizer(pattern), normalizer: null);
    }

    public override Tokenizer Tokenizer => _tokenizer;

    public override int Count => _vocabulary.Count;

    public override void Encode(string text, bool first, List<int> ids) => ids.AddRange(_tokenizer.EncodeToIds(_compose ? UnicodeForms.Compose(text) : text));

    public override string Decode(IReadOnlyList<int> ids, bool first) => _tokenizer.Decode(ids);

    public override bool StartsWord(int id) => _vocabulary.Tokens.TryGetValue(id, out var bytes) && bytes is [(byte)' ', ..];

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("kind", Kind);
        writer.WriteString("pattern", _pattern);
        writer.WriteBoolean("compose", _compose);
        writer.WriteString("ranks", _vocabulary.ToText(withEmpty: true));
    }

    public static RankCodec ReadFrom(JsonElement element) => new(
        RankVocabulary.Parse(TokenizerFiles.Text(element.GetProperty("ranks")), "Tokenizer definition"),
        TokenizerFiles.Text(element.GetProperty("pattern")),
        element.GetProperty("compose").GetBoolean());
}
