using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Greedy and beam search from input embeddings: <c>04_generation</c> with runs.</summary>
internal sealed class GenerationCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category == "04_generation" && folder.Has("runs.json");

    public void Run(CaseFolder folder, CaseCheck check)
    {
        using var guard = inference_mode();
        var tensors = folder.Tensors();
        using var files = HuggingFaceFolder.Open(folder.PathOf("hf"));
        using var model = LlamaFactory.FromHuggingFace(files);
        var scoreTolerance = folder.Tolerance("sequences_scores");
        foreach (var run in folder.Json("runs.json").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var id = run.Integer("id");
            var prompt = run.Text("prompt");
            var args = run.GetProperty("args");
            var (options, endTokens) = OptionsOf(args);
            var batch = PromptOf(tensors, prompt);
            var logits = new List<Tensor>();
            Hypothesis[][] found = options.BeamSize == 1
                ? [.. GreedySearch.Decode(model, batch, endTokens, options, CancellationToken.None, l => logits.Add(l.DetachFromDisposeScope())).Select(h => new[] { h })]
                : BeamSearch.Decode(model, batch, endTokens, options, CancellationToken.None);
            var rows = found.SelectMany(h => h).ToArray();
            var expected = run.GetProperty("sequences").EnumerateArray().Select(s => s.Integers()).ToArray();
            check.Same($"run {id}: hypotheses", expected.Length, rows.Length);
            for (var i = 0; i < Math.Min(rows.Length, expected.Length); i++)
                check.Sequence($"run {id}[{i}]", expected[i], Padded(rows[i], expected[i].Length, endTokens, options, args.Integer("pad_token_id", 0)));
            if (run.Find("sequences_scores") is { } scores)
                check.Numeric($"run {id} scores", scores.Numbers(), [.. rows.Select(h => h.Score)], scoreTolerance);
            if (tensors.Entries.ContainsKey($"greedy_scores_run{id}"))
                check.Close($"greedy_scores_run{id}", tensors.Read($"greedy_scores_run{id}"), stack(logits, 1), folder.Tolerance("greedy_scores"));
            foreach (var step in logits)
                step.Dispose();
        }
    }

    private static (DecodingOptions Options, int[] EndTokens) OptionsOf(JsonElement args)
    {
        var end = args.GetProperty("eos_token_id");
        int[] endTokens = end.ValueKind == JsonValueKind.Array ? end.Integers() : [end.GetInt32()];
        foreach (var argument in args.EnumerateObject())
        {
            if (argument.Name is not ("max_new_tokens" or "eos_token_id" or "pad_token_id" or "num_beams" or "length_penalty" or "early_stopping"
                or "repetition_penalty" or "min_new_tokens" or "no_repeat_ngram_size" or "num_return_sequences"))
            {
                throw new NotSupportedException($"the argument '{argument.Name}' is not known");
            }
        }
        var options = new DecodingOptions
        {
            BeamSize = args.Integer("num_beams", 1),
            MaxTokens = args.Integer("max_new_tokens"),
            MinTokens = args.Integer("min_new_tokens", 0),
            LengthPenalty = args.Number("length_penalty", 1),
            RepetitionPenalty = args.Number("repetition_penalty", 1),
            NoRepeatNgram = args.Integer("no_repeat_ngram_size", 0),
            Alternatives = args.Integer("num_return_sequences", 1),
            Stopping = args.Find("early_stopping") switch
            {
                { ValueKind: JsonValueKind.True } => BeamStopping.Immediate,
                { ValueKind: JsonValueKind.String } => BeamStopping.Exhaustive,
                _ => BeamStopping.Attainable,
            },
        };
        return (options.Validate(), endTokens);
    }

    /// <summary>The reference pads on the left and masks; our batches are padded on the right.</summary>
    private static PromptBatch PromptOf(SafetensorsReader tensors, string name)
    {
        var embeddings = tensors.Read("embeds_" + name); // [batch, time, width]
        var (batch, time) = ((int)embeddings.shape[0], embeddings.shape[1]);
        if (!tensors.Entries.ContainsKey("mask_" + name))
            return new PromptBatch(embeddings, [.. Enumerable.Repeat((int)time, batch)], [], []);
        var mask = tensors.Read("mask_" + name); // [batch, time]
        var lengths = mask.sum(1).data<long>().Select(l => (int)l).ToArray();
        var moved = zeros(batch, lengths.Max(), embeddings.shape[2]);
        for (var b = 0; b < batch; b++)
        {
            var real = mask[b].nonzero().reshape(-1); // [length]
            moved[b].narrow(0, 0, lengths[b]).copy_(embeddings[b].index_select(0, real));
        }
        return new PromptBatch(moved, lengths, [], []);
    }

    /// <summary>A hypothesis as the reference returns it. After a beam search it writes the first end token, whichever was found.</summary>
    private static int[] Padded(Hypothesis hypothesis, int length, int[] endTokens, DecodingOptions options, int pad)
    {
        var row = hypothesis.Tokens.ToList();
        if (hypothesis.EndToken is { } end)
            row.Add(options.BeamSize > 1 ? endTokens[0] : end);
        while (row.Count < length)
            row.Add(pad);
        return [.. row];
    }
}
