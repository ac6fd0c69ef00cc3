using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>The published expressions that cut text into pieces before byte-level merging.</summary>
internal static class ByteLevelPatterns
{
    /// <summary>A word with at most one space before it, or white space.</summary>
    public const string Words = @" ?\S+|\s+(?!\S)|\s+";

    /// <summary>GPT-2, also Whisper. Source: the released encoder of GPT-2.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3. Source: the released tokenizer of Llama 3.</summary>
    public const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen2 and Qwen2.5: as Llama 3, but one digit at a time.</summary>
    public const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static PreTokenizer WordSplitter() => new CodePointPreTokenizer(Words);
}
