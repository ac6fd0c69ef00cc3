using System.Text;

namespace Microsoft.ML.Avsr;

/// <summary>What the package needs and what it found on this machine. Get it by <c>mlContext.Avsr().Diagnose()</c>.</summary>
/// <param name="Items">One item per thing that is needed or useful.</param>
public sealed record AvsrDiagnosis(IReadOnlyList<AvsrDiagnosis.Item> Items)
{
    /// <summary>One thing that is needed or useful.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="IsFound">Whether it is there and can be used.</param>
    /// <param name="IsRequired">Whether the work cannot be done without it.</param>
    /// <param name="Detail">What was found, or why it cannot be used.</param>
    /// <param name="Advice">What to do; null where nothing is to be done.</param>
    public sealed record Item(string Name, bool IsFound, bool IsRequired, string Detail, string? Advice = null);

    /// <summary>Whether everything that is required was found.</summary>
    public bool IsReady => Items.All(item => item.IsFound || !item.IsRequired);

    /// <summary>A table for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var item in Items)
        {
            text.Append(item.IsFound ? "ok   " : item.IsRequired ? "MISS " : "-    ").Append(item.Name.PadRight(22)).AppendLine(item.Detail);
            if (item.Advice is not null)
                text.Append(' ', 27).AppendLine(item.Advice);
        }
        return text.ToString();
    }
}
