using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>
/// Builds the language model's input: <c>BOS &lt;audio&gt; A… &lt;/audio&gt; &lt;video&gt; V… &lt;/video&gt; prompt text EOS</c>
/// (spec of the reference: section 6.4). Every row is contiguous; padding stands only at its end, so that the causal mask is mask enough.
/// </summary>
public sealed class PromptAssembler
{
    private readonly SpeechTokenizer _tokenizer;
    private readonly Dictionary<Modality, IReadOnlyList<int>> _prompts;
    private readonly bool _isJoint;

    /// <summary>Prepares the prompts.</summary>
    /// <param name="config">The architecture, which names the prompts.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public PromptAssembler(AvsrModelConfig config, SpeechTokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _isJoint = config.AvHubertStreams == AvHubertStreams.Joint;
        _prompts = new[] { Modality.Audio, Modality.Video, Modality.AudioVisual }.ToDictionary(
            m => m, m => config.PromptFor(m) is { Length: > 0 } prompt ? tokenizer.Prompt(prompt) : []);
    }

    /// <summary>Assembles a batch in which every row uses the same streams.</summary>
    /// <param name="llm">The language model, which embeds the text tokens.</param>
    /// <param name="audio">Projected audio tokens, [batch, audio, width], or <see langword="null"/>.</param>
    /// <param name="audioLengths">Real audio tokens of each row.</param>
    /// <param name="video">Projected video or joint tokens, [batch, video, width], or <see langword="null"/>.</param>
    /// <param name="videoLengths">Real video tokens of each row.</param>
    /// <param name="transcripts">Token ids of each row's text for training, or <see langword="null"/> for inference.</param>
    /// <returns>The batch; its tensor belongs to the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Neither stream is given.</exception>
    public PromptBatch Assemble(
        LlamaForCausalLM llm, Tensor? audio, IReadOnlyList<long>? audioLengths,
        Tensor? video, IReadOnlyList<long>? videoLengths, IReadOnlyList<int[]>? transcripts)
    {
        if (audio is null && video is null)
            throw new ArgumentException("A prompt needs audio or video tokens.");
        var modality = (audio is null ? Modality.None : Modality.Audio) | (video is null ? Modality.None : Modality.Video);
        var prompt = _prompts[_isJoint ? Modality.AudioVisual : modality];
        var batch = (int)(audio ?? video)!.size(0);

        // The text tokens come first in the gathered table, then the audio rows, then the video rows.
        var text = new List<long>();
        var rows = new List<long>[batch];
        var audioWidth = audio is null ? 0 : (int)audio.size(1);
        var videoWidth = video is null ? 0 : (int)video.size(1);
        var textStart = new int[batch];
        for (var b = 0; b < batch; b++)
        {
            var row = rows[b] = [];
            void Text(int id) { row.Add(text.Count); text.Add(id); }
            if (_tokenizer.BosId >= 0) Text(_tokenizer.BosId); // Qwen has none
            if (audio is not null)
            {
                Text(_tokenizer.AudioStartId);
                for (var t = 0; t < audioLengths![b]; t++) row.Add(-1 - ((long)b * audioWidth + t));
                Text(_tokenizer.AudioEndId);
            }
            if (video is not null)
            {
                // Tokens of both streams at once stand without delimiters.
                if (!_isJoint) Text(_tokenizer.VideoStartId);
                for (var t = 0; t < videoLengths![b]; t++) row.Add(-1 - ((long)batch * audioWidth + (long)b * videoWidth + t));
                if (!_isJoint) Text(_tokenizer.VideoEndId);
            }
            foreach (var id in prompt) Text(id);
            textStart[b] = row.Count;
            if (transcripts is not null)
                foreach (var id in transcripts[b]) Text(id);
        }
        return Gather(llm, audio, video, text, rows, textStart, transcripts);
    }

    private PromptBatch Gather(
        LlamaForCausalLM llm, Tensor? audio, Tensor? video, List<long> text, List<long>[] rows, int[] textStart, IReadOnlyList<int[]>? transcripts)
    {
        var batch = rows.Length;
        var lengths = rows.Select(r => r.Count).ToArray();
        var length = lengths.Max();
        var padding = text.Count;
        text.Add(_tokenizer.PadId);
        var index = new long[batch * length]; // [batch * length]
        Array.Fill(index, padding);
        for (var b = 0; b < batch; b++)
            for (var t = 0; t < rows[b].Count; t++)
                index[b * length + t] = rows[b][t] >= 0 ? rows[b][t] : text.Count - 1 - rows[b][t];

        var (positions, labels) = Labels(length, textStart, transcripts);
        using var scope = NewDisposeScope();
        var device = (audio ?? video)!.device;
        var ids = tensor(text.ToArray(), device: device); // [text]
        var parts = new List<Tensor> { llm.Embed(ids) }; // [text, width]
        var width = parts[0].size(1);
        var dtype = parts[0].dtype;
        if (audio is not null) parts.Add(audio.to_type(dtype).reshape(-1, width)); // [batch * audio, width]
        if (video is not null) parts.Add(video.to_type(dtype).reshape(-1, width)); // [batch * video, width]
        var table = cat(parts, 0); // [text + batch * (audio + video), width]
        var order = tensor(index, device: device); // [batch * length]
        var embeddings = table.index_select(0, order).view(batch, length, width).MoveToOuterDisposeScope(); // [batch, length, width]
        return new PromptBatch(embeddings, lengths, positions, labels) { TextStarts = textStart };
    }

    // The last prompt position predicts the first text token, the last text token predicts EOS.
    private (long[] Positions, long[] Labels) Labels(int length, int[] textStart, IReadOnlyList<int[]>? transcripts)
    {
        if (transcripts is null)
            return ([], []);
        var positions = new List<long>();
        var labels = new List<long>();
        for (var b = 0; b < textStart.Length; b++)
            for (var t = 0; t <= transcripts[b].Length; t++)
            {
                positions.Add((long)b * length + textStart[b] - 1 + t);
                labels.Add(t < transcripts[b].Length ? transcripts[b][t] : _tokenizer.EosId);
            }
        return ([.. positions], [.. labels]);
    }
}
