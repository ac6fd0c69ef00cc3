using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>One family of tokenizers: ordinary text to ids and back over a <see cref="Tokenizer"/>, special tokens left to the caller.</summary>
internal abstract class TextCodec
{
    /// <summary>The ML.NET tokenizer underneath.</summary>
    public abstract Tokenizer Tokenizer { get; }

    /// <summary>One more than the largest id of the base vocabulary.</summary>
    public abstract int Count { get; }

    /// <summary>Appends the ids of ordinary text.</summary>
    /// <param name="text">Well-formed text, not empty.</param>
    /// <param name="first">True at the very start, false behind a special token.</param>
    /// <param name="ids">Receives the ids.</param>
    public abstract void Encode(string text, bool first, List<int> ids);

    /// <summary>Turns ordinary ids into text; bytes that are no UTF-8 become U+FFFD, unknown ids nothing.</summary>
    /// <param name="ids">Ids of ordinary tokens.</param>
    /// <param name="first">True at the very start, false behind a special token.</param>
    public abstract string Decode(IReadOnlyList<int> ids, bool first);

    /// <summary>True when the token begins with white space, that is, begins a word.</summary>
    public abstract bool StartsWord(int id);

    /// <summary>Writes what <see cref="Read"/> needs, as properties of the current object.</summary>
    public abstract void Write(Utf8JsonWriter writer);

    /// <summary>Rebuilds a codec from what <see cref="Write"/> wrote.</summary>
    public static TextCodec Read(JsonElement element) => element.GetProperty("kind").GetString() switch
    {
        ByteLevelCodec.Kind => ByteLevelCodec.ReadFrom(element),
        RankCodec.Kind => RankCodec.ReadFrom(element),
        SentencePieceCodec.Kind => SentencePieceCodec.ReadFrom(element),
        var kind => throw new TokenizerException($"Tokenizer definition: 'kind' is '{kind}', which this version does not know."),
    };
}
