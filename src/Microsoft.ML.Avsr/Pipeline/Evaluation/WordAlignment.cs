namespace Microsoft.ML.Avsr;

/// <summary>Finds which word was taken for which, by minimum edit distance.</summary>
internal static class WordAlignment
{
    /// <summary>The word errors of a sentence, first to last: said and recognised, either null where there is none.</summary>
    public static List<(string? Said, string? Recognised)> Errors(string reference, string hypothesis)
    {
        var said = reference.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var heard = hypothesis.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var distance = new int[said.Length + 1, heard.Length + 1]; // errors between the first r words and the first h words
        for (var r = 0; r <= said.Length; r++)
        {
            for (var h = 0; h <= heard.Length; h++)
            {
                distance[r, h] = r == 0 ? h : h == 0 ? r
                    : said[r - 1] == heard[h - 1] ? distance[r - 1, h - 1]
                    : 1 + Math.Min(distance[r - 1, h - 1], Math.Min(distance[r, h - 1], distance[r - 1, h]));
            }
        }

        var errors = new List<(string?, string?)>();
        for (int r = said.Length, h = heard.Length; r > 0 || h > 0;)
        {
            if (r > 0 && h > 0 && said[r - 1] == heard[h - 1])
            {
                (r, h) = (r - 1, h - 1);
            }
            else if (r > 0 && h > 0 && distance[r, h] == distance[r - 1, h - 1] + 1)
            {
                errors.Add((said[--r], heard[--h]));
            }
            else if (h > 0 && distance[r, h] == distance[r, h - 1] + 1)
            {
                errors.Add((null, heard[--h]));
            }
            else
            {
                errors.Add((said[--r], null));
            }
        }
        errors.Reverse();
        return errors;
    }
}
