using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>Byte-level byte-pair encoding with a list of merges (GPT-2, Qwen2, and the vocabulary that <see cref="ByteLevelBpeTrainer"/> learns).</summary>
internal sealed class ByteLevelCodec : TextCodec
{
    public const string Kind = "byte-level-bpe";
    private readonly IReadOnlyDictionary<string, int> _vocabulary;
    private readonly IReadOnlyList<string> _merges;
    private readonly string _pattern;
    private readonly bool _compose;
    private readonly bool _prefixSpace;
    private readonly BpeTokenizer _tokenizer;
    private readonly HashSet<int> _wordStarts = [];

    /// <param name="vocabulary">Token in byte-level notation to id; holds the 256 bytes.</param>
    /// <param name="merges">Merges <c>left right</c>, most important first.</param>
    /// <param name="pattern">Expression that cuts text into pieces.</param>
    /// <param name="compose">Text is brought to Unicode form C first.</param>
    /// <param name="prefixSpace">A space is put before the text and taken off when decoding, so that first words look like any others.</param>
    public ByteLevelCodec(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<string> merges, string pattern, bool compose, bool prefixSpace)
    {
        (_vocabulary, _merges, _pattern, _compose, _prefixSpace) = (vocabulary, merges, pattern, compose, prefixSpace);
        var space = ByteAlphabet.ToCharacter((byte)' ');
        var count = 0;
        foreach (var (token, id) in vocabulary)
        {
            count = Math.Max(count, id + 1);
            if (token.Length > 0 && token[0] == space)
                _wordStarts.Add(id);
        }
        Count = count;
        _tokenizer = BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = merges,
            ByteLevel = true,
            PreTokenizer = new CodePointPreTokenizer(pattern),
        });
    }

    public override Tokenizer Tokenizer => _tokenizer;

    public override int Count { get; }

    /// <summary>The id of a token in byte-level notation, or null.</summary>
    public int? IdOf(string token) => _vocabulary.TryGetValue(token, out var id) ? id : null;

    public override void Encode(string text, bool first, List<int> ids)
    {
        var composed = _compose ? UnicodeForms.Compose(text) : text;
        ids.AddRange(_tokenizer.EncodeToIds(_prefixSpace && first ? " " + composed : composed));
    }

    public override string Decode(IReadOnlyList<int> ids, bool first)
    {
        var text = _tokenizer.Decode(ids);
        return _prefixSpace && first && text.StartsWith(' ') ? text[1..] : text;
    }

    public override bool StartsWord(int id) => _wordStarts.Contains(id);

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("kind", Kind);
        writer.WriteString("pattern", _pattern);
        writer.WriteBoolean("compose", _compose);
        writer.WriteBoolean("prefixSpace", _prefixSpace);
        writer.WriteStartObject("vocabulary");
        foreach (var (token, id) in _vocabulary.OrderBy(pair => pair.Value))
            writer.WriteNumber(token, id);
        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        foreach (var merge in _merges)
            writer.WriteStringValue(merge);
        writer.WriteEndArray();
    }

    public static ByteLevelCodec ReadFrom(JsonElement element)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var property in element.GetProperty("vocabulary").EnumerateObject())
        {
            var id = property.Value.GetInt32();
            if (id is < 0 or int.MaxValue || !vocabulary.TryAdd(property.Name, id))
                throw new TokenizerException($"Tokenizer definition: the token '{property.Name}' with id {id} occurs twice in 'vocabulary', or its id is impossible.");
        }
        return new ByteLevelCodec(vocabulary,
            [.. element.GetProperty("merges").EnumerateArray().Select(TokenizerFiles.Text)],
            TokenizerFiles.Text(element.GetProperty("pattern")),
            element.GetProperty("compose").GetBoolean(),
            element.GetProperty("prefixSpace").GetBoolean());
    }
}
