using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Rules that change the next token's scores: <c>04_generation</c> with given scores and ids.</summary>
internal sealed class TokenFilterCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) =>
        folder.Category == "04_generation" && !folder.Has("runs.json") && folder.Root.Find("items") is not null;

    public void Run(CaseFolder folder, CaseCheck check)
    {
        using var guard = no_grad();
        var tensors = folder.Tensors();
        var scores = tensors.Read("scores"); // [rows, vocabulary]
        var ids = tensors.Read("input_ids"); // [rows, length]
        foreach (var item in folder.Root.GetProperty("items").EnumerateArray())
        {
            var name = item.Text("tensor");
            var processor = item.Text("processor");
            var generated = Generated(ids, item.Integer("prompt_length", 0));
            var isProbability = processor.StartsWith("softmax of", StringComparison.Ordinal);
            if (isProbability)
                processor = folder.Root.GetProperty("items").EnumerateArray().First(i => i.Text("tensor") == processor.Split(' ')[2].TrimEnd(':')).Text("processor");
            var actual = scores;
            foreach (var filter in FiltersOf(processor, item))
                actual = filter.Apply(actual, generated);
            check.Close(name, tensors.Read(name), isProbability ? actual.softmax(-1) : actual, folder.Tolerance(null));
        }
    }

    private static GeneratedTokens Generated(Tensor ids, int promptLength)
    {
        var generated = new GeneratedTokens((int)ids.shape[0], (int)ids.shape[1]);
        for (var t = (long)promptLength; t < ids.shape[1]; t++)
            generated.Append(ids.select(1, t).contiguous().data<long>().ToArray());
        return generated;
    }

    private static IEnumerable<ITokenFilter> FiltersOf(string processor, JsonElement item)
    {
        // Either one rule with its setting beside it, or "repetition_penalty 1.3, temperature 0.8, ... in this order".
        foreach (var part in processor.Replace(" in this order", "", StringComparison.Ordinal).Split(','))
        {
            var words = part.Trim().Split(' ');
            double Value(string name) => words.Length > 1 ? double.Parse(words[1], CultureInfo.InvariantCulture) : item.Number(name);
            yield return words[0] switch
            {
                "temperature" => new TemperatureFilter(Value("temperature")),
                "top_k" => new TopKFilter((int)Value("top_k")),
                "top_p" => new TopPFilter(Value("top_p"), item.Integer("min_tokens_to_keep", 1)),
                "repetition_penalty" => new RepetitionPenaltyFilter(Value("repetition_penalty")),
                "no_repeat_ngram" => new NoRepeatNgramFilter((int)Value("no_repeat_ngram_size")),
                "min_new_tokens" => new MinimumLengthFilter((int)Value("min_new_tokens"), item.GetProperty("eos_token_id").Integers()),
                _ => throw new NotSupportedException($"the processor '{words[0]}' is not known"),
            };
        }
    }
}
