using System.Buffers;

namespace Microsoft.ML.Tokenizers;

/// <summary>Text to token ids and back. Public overloads lead to one protected core per question.</summary>
public abstract class Tokenizer
{
    protected Tokenizer() { }

    public virtual PreTokenizer? PreTokenizer => null;

    public virtual Normalizer? Normalizer => null;

    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    public IReadOnlyList<EncodedToken> EncodeToTokens(string text, out string? normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var result = EncodeToTokens(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization));
        normalizedText = result.NormalizedText;
        return result.Tokens;
    }

    public IReadOnlyList<EncodedToken> EncodeToTokens(ReadOnlySpan<char> text, out string? normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var result = EncodeToTokens(null, text, Settings(considerPreTokenization, considerNormalization));
        normalizedText = result.NormalizedText;
        return result.Tokens;
    }

    protected virtual EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount);
        var result = EncodeToTokens(text, textSpan, settings);
        var count = CompleteTokens(result.Tokens, settings.MaxTokenCount);
        var ids = new int[count];
        for (var i = 0; i < count; i++)
            ids[i] = result.Tokens[i].Id;
        var consumed = count == result.Tokens.Count ? result.CharsConsumed : count == 0 ? 0 : result.Tokens[count - 1].Offset.End.Value;
        return new EncodeResults<int> { Tokens = ids, NormalizedText = result.NormalizedText, CharsConsumed = consumed };
    }

    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true)
        => EncodeToIds(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
        => EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(string text, int maxTokenCount, out string? normalizedText, out int charsConsumed, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var result = EncodeToIds(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization, maxTokenCount));
        (normalizedText, charsConsumed) = (result.NormalizedText, result.CharsConsumed);
        return result.Tokens;
    }

    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, int maxTokenCount, out string? normalizedText, out int charsConsumed, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var result = EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount));
        (normalizedText, charsConsumed) = (result.NormalizedText, result.CharsConsumed);
        return result.Tokens;
    }

    protected virtual int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
        => EncodeToIds(text, textSpan, settings).Tokens.Count;

    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true)
        => CountTokens(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization));

    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
        => CountTokens(null, text, Settings(considerPreTokenization, considerNormalization));

    public virtual string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var list = ids as ICollection<int> ?? [.. ids];
        var buffer = new char[Math.Max(64, list.Count * 8)];
        while (true)
        {
            var status = Decode(list, buffer, out _, out var written);
            if (status == OperationStatus.Done)
                return new string(buffer, 0, written);
            if (status != OperationStatus.DestinationTooSmall)
                throw new InvalidOperationException("The provided token IDs could not be decoded.");
            buffer = new char[checked(buffer.Length * 2)];
        }
    }

    public abstract OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten);

    /// <summary>Normalises and splits as the settings ask; null ranges mean "the whole text is one piece".</summary>
    internal static string Prepare(string? text, ReadOnlySpan<char> span, EncodeSettings settings, Normalizer? normalizer, PreTokenizer? preTokenizer,
        out string? normalizedText, out IEnumerable<(int Offset, int Length)> pieces)
    {
        var source = text ?? span.ToString();
        normalizedText = settings.ConsiderNormalization && normalizer is not null ? normalizer.Normalize(source) : null;
        var prepared = normalizedText ?? source;
        pieces = settings.ConsiderPreTokenization && preTokenizer is not null ? preTokenizer.PreTokenize(prepared)
            : prepared.Length == 0 ? [] : [(0, prepared.Length)];
        return prepared;
    }

    /// <summary>Copies a finished string into the caller's buffer, or asks for a larger one.</summary>
    internal static OperationStatus CopyDecoded(string decoded, int idCount, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        if (!decoded.AsSpan().TryCopyTo(destination))
        {
            idsConsumed = charsWritten = 0;
            return OperationStatus.DestinationTooSmall;
        }
        (idsConsumed, charsWritten) = (idCount, decoded.Length);
        return OperationStatus.Done;
    }

    private static EncodeSettings Settings(bool considerPreTokenization, bool considerNormalization, int maxTokenCount = int.MaxValue)
        => new() { ConsiderPreTokenization = considerPreTokenization, ConsiderNormalization = considerNormalization, MaxTokenCount = maxTokenCount };

    // Several tokens may share one character; a cut must not fall between them.
    private static int CompleteTokens(IReadOnlyList<EncodedToken> tokens, int limit)
    {
        var count = Math.Min(tokens.Count, limit);
        while (count > 0 && count < tokens.Count && tokens[count].Offset.Start.Value < tokens[count - 1].Offset.End.Value)
            count--;
        return count;
    }
}
