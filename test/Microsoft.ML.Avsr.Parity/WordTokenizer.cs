using System.Text.Json;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>The end-to-end cases' stand-in for a tokenizer: one id per word.</summary>
internal sealed class WordTokenizer : TextCodec
{
    private static readonly string[] s_added = ["<pad>", "<audio>", "</audio>", "<video>", "</video>"];
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);

    private WordTokenizer(JsonElement vocabulary)
    {
        foreach (var word in vocabulary.EnumerateObject())
            if (!s_added.Contains(word.Name))
                _words.Add(word.Name, word.Value.GetInt32());
    }

    /// <summary>Reads the case's <c>tokenizer</c> object.</summary>
    public static SpeechTokenizer Of(JsonElement description) =>
        new(new WordTokenizer(description.GetProperty("vocab")), [], description.Integer("bos"), description.Integer("eos"), null);

    public override Tokenizer Tokenizer => throw new NotSupportedException("The stand-in is no ML.NET tokenizer.");

    public override int Count => _words.Values.Max() + 1;

    public override void Encode(string text, bool first, List<int> ids)
    {
        foreach (var word in text.ToLowerInvariant().Replace(".", " .", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            ids.Add(_words[word]);
    }

    public override string Decode(IReadOnlyList<int> ids, bool first) =>
        string.Join(' ', ids.Select(id => _words.FirstOrDefault(w => w.Value == id).Key));

    public override bool StartsWord(int id) => true;

    public override void Write(Utf8JsonWriter writer) => throw new NotSupportedException("The stand-in is not saved.");
}
