namespace Microsoft.ML.Tokenizers;

/// <summary>Which neighbours may be joined: the smallest priority wins, the leftmost pair among equals.</summary>
internal interface IMergeRule
{
    bool TryMerge(in MergeSymbol left, in MergeSymbol right, out double priority, out int id);
}

/// <summary>A run of input units [Start, Start + Length) that is one token for now.</summary>
internal record struct MergeSymbol(int Start, int Length, int Id);

/// <summary>The merge loop that byte-pair encodings share; n log n, so that a long piece without spaces is no trap.</summary>
internal static class PairMerger
{
    public static List<MergeSymbol> Merge<TRule>(List<MergeSymbol> symbols, TRule rule) where TRule : IMergeRule
    {
        var count = symbols.Count;
        if (count < 2)
            return symbols;
        var items = symbols.ToArray();
        var next = new int[count];
        var previous = new int[count];
        for (var i = 0; i < count; i++)
            (previous[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : -1);

        var queue = new PriorityQueue<(int Left, int Right, int Length, int Id), (double, int)>();
        void Consider(int left, int right)
        {
            if (left >= 0 && right >= 0 && rule.TryMerge(items[left], items[right], out var priority, out var id))
                queue.Enqueue((left, right, items[left].Length + items[right].Length, id), (priority, left));
        }

        for (var i = 0; i + 1 < count; i++)
            Consider(i, i + 1);
        while (queue.TryDequeue(out var top, out _))
        {
            // An entry is stale when either side has changed since it was queued.
            if (items[top.Left].Length == 0 || next[top.Left] != top.Right || items[top.Left].Length + items[top.Right].Length != top.Length)
                continue;
            items[top.Left] = new MergeSymbol(items[top.Left].Start, top.Length, top.Id);
            items[top.Right] = default;
            next[top.Left] = next[top.Right];
            if (next[top.Left] >= 0)
                previous[next[top.Left]] = top.Left;
            Consider(previous[top.Left], top.Left);
            Consider(top.Left, next[top.Left]);
        }

        var merged = new List<MergeSymbol>();
        for (var i = 0; i >= 0; i = next[i])
            merged.Add(items[i]);
        return merged;
    }
}
