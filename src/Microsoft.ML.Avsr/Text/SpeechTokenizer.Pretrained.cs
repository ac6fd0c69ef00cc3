using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Text;

public sealed partial class SpeechTokenizer
{
    private static readonly string[] s_whisperLanguages =
    [
        .. ("en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr " +
            "az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl " +
            "mg as tt haw ln ha ba jw su yue").Split(' '),
    ];

    /// <summary>
    /// Reads the tokenizer of a Hugging Face model folder: <c>tokenizer.json</c> (byte-level), <c>tokenizer.model</c> (SentencePiece, or Llama 3's
    /// ranks), or <c>vocab.json</c> with <c>merges.txt</c>; with the added tokens and sentence marks of <c>tokenizer_config.json</c>.
    /// A tokenizer without a beginning-of-sentence token (Qwen2) pads with its own padding token and gets no <c>&lt;pad&gt;</c>, as Omni-AVSR does it.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <exception cref="ArgumentException"><paramref name="directory"/> is null or empty.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="TokenizerException">The folder holds no tokenizer that can be read; the message names file and rule.</exception>
    public static SpeechTokenizer FromHuggingFaceFolder(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"Tokenizer folder '{directory}' does not exist.");
        return HuggingFaceTokenizerFolder.Read(directory);
    }

    /// <summary>Reads Llama 3's <c>tokenizer.model</c> (ranks in base64) with its 256 special tokens behind the ranks.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="TokenizerException">The file breaks the format.</exception>
    public static SpeechTokenizer FromLlama3Model(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var ranks = RankVocabulary.Parse(TokenizerFiles.ReadText(path), path);
        var first = ranks.Count;
        // Source: the released tokenizer of Llama 3.1; 3.0 has the same ids with fewer names.
        string[] named =
        [
            "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|step_id|>",
            "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>", "<|image|>",
        ];
        var special = Enumerable.Range(0, 256).Select(i => new SpecialToken(
            i < named.Length ? named[i] : string.Create(CultureInfo.InvariantCulture, $"<|reserved_special_token_{i - named.Length + 2}|>"), first + i));
        return new SpeechTokenizer(new RankCodec(ranks, ByteLevelPatterns.Llama3, compose: false), special, first, first + 1, padId: null);
    }

    /// <summary>Reads a SentencePiece <c>tokenizer.model</c> (Llama 2, TinyLlama).</summary>
    /// <param name="path">The file.</param>
    /// <param name="legacy">True: text behind a special token gets a dummy prefix like any other. Matters only for <see cref="EncodeWithSpecialTokens"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="TokenizerException">The file breaks the format.</exception>
    public static SpeechTokenizer FromSentencePieceModel(string path, bool legacy = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FromSentencePiece(new SentencePieceCodec(TokenizerFiles.ReadBytes(path), legacy, path), []);
    }

    /// <summary>
    /// Reads Whisper's ranks with its special tokens: end of text, start of transcript, languages, tasks and the timestamps from
    /// <c>&lt;|0.00|&gt;</c> to <c>&lt;|30.00|&gt;</c>. The sentence marks are start of transcript and end of text.
    /// </summary>
    /// <param name="path"><c>multilingual.tiktoken</c>, or <c>gpt2.tiktoken</c> for the English-only models.</param>
    /// <param name="languages">99, or 100 for large-v3.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="languages"/> is not 1 to 100.</exception>
    /// <exception cref="TokenizerException">The file breaks the format.</exception>
    public static SpeechTokenizer FromWhisperRanks(string path, int languages = 99)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(languages, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(languages, s_whisperLanguages.Length);
        var ranks = RankVocabulary.Parse(TokenizerFiles.ReadText(path), path);
        var names = new List<string> { "<|endoftext|>", "<|startoftranscript|>" };
        names.AddRange(s_whisperLanguages.Take(languages).Select(language => $"<|{language}|>"));
        names.AddRange(["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]);
        // 30 s in steps of 20 ms.
        for (var step = 0; step <= 1500; step++)
            names.Add(string.Create(CultureInfo.InvariantCulture, $"<|{step * 0.02:0.00}|>"));
        var special = names.Select((name, i) => new SpecialToken(name, ranks.Count + i));
        return new SpeechTokenizer(new RankCodec(ranks, ByteLevelPatterns.Gpt2, compose: false), special, ranks.Count + 1, ranks.Count, padId: null);
    }

    /// <summary>Adds the marks that a SentencePiece model names itself to those that a configuration names.</summary>
    internal static SpeechTokenizer FromSentencePiece(SentencePieceCodec codec, IReadOnlyList<SpecialToken> added)
    {
        var special = new Dictionary<int, SpecialToken>();
        for (var id = 0; id < codec.Count; id++)
        {
            var (text, _, type) = codec.File.Pieces[id];
            if (type is SentencePieceFile.TypeControl or SentencePieceFile.TypeUnknown)
                special.Add(id, new SpecialToken(text, id));
        }
        foreach (var token in added)
            special[token.Id] = token;
        return new SpeechTokenizer(codec, special.Values, codec.File.BosId, codec.File.EosId, padId: null);
    }
}
