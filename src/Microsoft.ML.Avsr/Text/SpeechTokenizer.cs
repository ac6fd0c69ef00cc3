using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// The language model's tokenizer as the recogniser uses it: ordinary text to ids and back, sentence marks, and the five tokens that are
/// appended to every base vocabulary in the reference's order: <c>&lt;pad&gt;, &lt;audio&gt;, &lt;/audio&gt;, &lt;video&gt;, &lt;/video&gt;</c>
/// (Llama-SMoP, "added tokens"). Immutable; the ML.NET <see cref="Microsoft.ML.Tokenizers.Tokenizer"/> underneath does the encoding.
/// </summary>
public sealed partial class SpeechTokenizer
{
    private const string PadContent = "<pad>";
    private const string AudioStartContent = "<audio>";
    private const string AudioEndContent = "</audio>";
    private const string VideoStartContent = "<video>";
    private const string VideoEndContent = "</video>";
    private const int FormatVersion = 1;
    private const int MaxIds = 1 << 24; // rows of the largest embedding table that a language model may have

    private readonly TextCodec _codec;
    private readonly Dictionary<int, SpecialToken> _special = [];
    private readonly SpecialTokenSplitter _splitter;

    /// <param name="codec">The base vocabulary.</param>
    /// <param name="special">Special tokens of the base tokenizer.</param>
    /// <param name="bosId">Beginning of sentence, or -1.</param>
    /// <param name="eosId">End of sentence.</param>
    /// <param name="padId">An existing token for padding, or null to append <c>&lt;pad&gt;</c>.</param>
    /// <param name="baseSize">Size of the base vocabulary when known (a definition that was saved), else null.</param>
    internal SpeechTokenizer(TextCodec codec, IEnumerable<SpecialToken> special, int bosId, int eosId, int? padId, int? baseSize = null)
    {
        _codec = codec;
        var next = codec.Count;
        foreach (var token in special)
        {
            if (token.Content.Length == 0 || token.Id is < 0 or >= MaxIds || !_special.TryAdd(token.Id, token))
                throw new TokenizerException($"Special token '{token.Content}' with id {token.Id}: the text must not be empty, the id from 0 to {MaxIds - 1} and not used twice.");
            next = Math.Max(next, token.Id + 1);
        }
        (BosId, EosId) = (bosId, eosId);
        BaseVocabularySize = baseSize ?? next;
        var byContent = new Dictionary<string, SpecialToken>(StringComparer.Ordinal);
        foreach (var token in _special.Values)
            byContent.TryAdd(token.Content, token);
        PadId = padId ?? Append(PadContent);
        AudioStartId = Append(AudioStartContent);
        AudioEndId = Append(AudioEndContent);
        VideoStartId = Append(VideoStartContent);
        VideoEndId = Append(VideoEndContent);
        VocabularySize = next;
        if (codec.Count > MaxIds || bosId < -1 || bosId >= next || eosId < 0 || eosId >= next || PadId < 0 || PadId >= next)
            throw new TokenizerException($"{codec.Count} tokens (at most {MaxIds} are allowed), beginning of sentence {bosId}, end {eosId}, padding {PadId}: the marks must be among the {next} ids.");
        _splitter = new SpecialTokenSplitter(_special.Values);

        // A tokenizer that has the token already keeps its id.
        int Append(string content)
        {
            if (byContent.TryGetValue(content, out var existing))
                return existing.Id;
            _special.Add(next, new SpecialToken(content, next));
            return next++;
        }
    }

    /// <summary>Ids in all: the base vocabulary and the appended tokens. The embedding matrix needs at least so many rows.</summary>
    public int VocabularySize { get; }

    /// <summary>Ids of the base tokenizer, before the appended tokens (its own special tokens included).</summary>
    public int BaseVocabularySize { get; }

    /// <summary>Beginning of sentence, or -1 where the tokenizer has none (Qwen2).</summary>
    public int BosId { get; }

    /// <summary>End of sentence; generation stops at it.</summary>
    public int EosId { get; }

    /// <summary>Padding.</summary>
    public int PadId { get; }

    /// <summary>Opens the audio tokens.</summary>
    public int AudioStartId { get; }

    /// <summary>Closes the audio tokens.</summary>
    public int AudioEndId { get; }

    /// <summary>Opens the video tokens.</summary>
    public int VideoStartId { get; }

    /// <summary>Closes the video tokens.</summary>
    public int VideoEndId { get; }

    /// <summary>The ML.NET tokenizer of the base vocabulary.</summary>
    public Tokenizer Tokenizer => _codec.Tokenizer;

    /// <summary>Encodes ordinary text, without sentence marks. Text that looks like a special token is encoded as the characters it is made of.</summary>
    /// <param name="text">Any text; unpaired surrogates are read as U+FFFD.</param>
    /// <returns>Token ids, <c>[tokens]</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        if (text.Length > 0)
            _codec.Encode(WellFormed(text), first: true, ids);
        return [.. ids];
    }

    /// <summary>Encodes text in which special tokens, written out, become their ids. Only for text that the application itself composes.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Token ids, <c>[tokens]</c>; no sentence marks are added.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public int[] EncodeWithSpecialTokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        var first = true;
        foreach (var (stretch, token) in _splitter.Split(WellFormed(text)))
        {
            if (token is not null)
                ids.Add(token.Id);
            else
                _codec.Encode(stretch, first, ids);
            first = false;
        }
        return [.. ids];
    }

    /// <summary>Encodes a prompt, without sentence marks: what stands between the media tokens and the transcript.</summary>
    /// <param name="prompt">For example <c>Transcribe speech and video to text.</c></param>
    /// <returns>Token ids, <c>[tokens]</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="prompt"/> is null.</exception>
    public IReadOnlyList<int> Prompt(string prompt) => Encode(prompt);

    /// <summary>Decodes ids to text, leaving special tokens out.</summary>
    /// <param name="ids">Token ids, <c>[tokens]</c>. Ids without a token (spare rows of an embedding matrix) give nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public string Decode(ReadOnlySpan<int> ids) => Decode(ids, keepSpecialTokens: false);

    /// <summary>Decodes ids to text.</summary>
    /// <param name="ids">Token ids, <c>[tokens]</c>. Ids without a token (spare rows of an embedding matrix) give nothing.</param>
    /// <param name="keepSpecialTokens">True writes special tokens out, false leaves them out.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool keepSpecialTokens)
    {
        var text = new StringBuilder();
        var ordinary = new List<int>(ids.Length);
        var first = true;
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
            if (!_special.TryGetValue(id, out var token))
            {
                ordinary.Add(id);
            }
            else if (keepSpecialTokens || !token.Skipped)
            {
                Flush();
                text.Append(token.Content);
                first = false;
            }
        }
        Flush();
        return text.ToString();

        void Flush()
        {
            if (ordinary.Count == 0)
                return;
            text.Append(_codec.Decode(ordinary, first));
            ordinary.Clear();
            first = false;
        }
    }

    /// <summary>True for sentence marks, padding, delimiters and other tokens that decoding leaves out.</summary>
    /// <param name="id">A token id.</param>
    public bool IsSpecial(int id) => _special.TryGetValue(id, out var token) && token.Skipped;

    /// <summary>True when the token begins a new word, that is, its text begins with white space.</summary>
    /// <param name="id">A token id.</param>
    public bool StartsWord(int id) => !_special.ContainsKey(id) && _codec.StartsWord(id);

    /// <summary>Makes the tokenizer of a vocabulary that <see cref="ByteLevelBpeTrainer"/> learned: its tokens, then <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c>, then the appended five.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <exception cref="ArgumentNullException"><paramref name="vocabulary"/> is null.</exception>
    public static SpeechTokenizer FromVocabulary(BpeVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var count = vocabulary.Tokens.Count;
        var ids = new Dictionary<string, int>(count, StringComparer.Ordinal);
        for (var id = 0; id < count; id++)
            ids.Add(vocabulary.Tokens[id], id);
        var codec = new ByteLevelCodec(ids, vocabulary.Merges, ByteLevelPatterns.Words, compose: false, prefixSpace: true);
        return new SpeechTokenizer(codec, [new SpecialToken("<s>", count), new SpecialToken("</s>", count + 1)], count, count + 1, padId: null);
    }

    /// <summary>Writes everything the tokenizer is made of as JSON; <see cref="Deserialize"/> gives an equal one, on any machine.</summary>
    public string Serialize()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("format", "speech-tokenizer");
            writer.WriteNumber("version", FormatVersion);
            writer.WriteNumber("baseSize", BaseVocabularySize);
            writer.WriteNumber("bos", BosId);
            writer.WriteNumber("eos", EosId);
            writer.WriteNumber("pad", PadId);
            writer.WriteStartArray("special");
            foreach (var token in _special.Values.OrderBy(token => token.Id))
            {
                writer.WriteStartObject();
                writer.WriteString("content", token.Content);
                writer.WriteNumber("id", token.Id);
                writer.WriteBoolean("skipped", token.Skipped);
                writer.WriteBoolean("stripLeft", token.StripLeft);
                writer.WriteBoolean("stripRight", token.StripRight);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStartObject("codec");
            _codec.Write(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <param name="text">The JSON text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="TokenizerException">The text is not such a tokenizer, or of a newer version.</exception>
    public static SpeechTokenizer Deserialize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != "speech-tokenizer" || root.GetProperty("version").GetInt32() > FormatVersion)
                throw new TokenizerException($"Tokenizer definition: 'format' must be 'speech-tokenizer' and 'version' at most {FormatVersion}.");
            var special = root.GetProperty("special").EnumerateArray().Select(token => new SpecialToken(
                TokenizerFiles.Text(token.GetProperty("content")),
                token.GetProperty("id").GetInt32(),
                token.GetProperty("skipped").GetBoolean(),
                token.GetProperty("stripLeft").GetBoolean(),
                token.GetProperty("stripRight").GetBoolean())).ToArray();
            return new SpeechTokenizer(TextCodec.Read(root.GetProperty("codec")), special, root.GetProperty("bos").GetInt32(),
                root.GetProperty("eos").GetInt32(), root.GetProperty("pad").GetInt32(), root.GetProperty("baseSize").GetInt32());
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or OverflowException)
        {
            throw new TokenizerException($"Tokenizer definition: {problem.Message}", problem);
        }
    }

    private static string WellFormed(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            result.Append(rune.ToString());
        return result.ToString();
    }
}
