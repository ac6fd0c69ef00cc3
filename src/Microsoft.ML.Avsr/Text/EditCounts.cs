namespace Microsoft.ML.Avsr.Text;

/// <summary>How many edits turn a hypothesis into its reference. Counts of a corpus are sums: <c>total += ErrorRate.Words(reference, hypothesis)</c>.</summary>
/// <param name="Substitutions">Reference units replaced by another unit.</param>
/// <param name="Insertions">Hypothesis units with no counterpart in the reference.</param>
/// <param name="Deletions">Reference units missing from the hypothesis.</param>
/// <param name="ReferenceLength">Units (words or characters) of the reference.</param>
public readonly record struct EditCounts(int Substitutions, int Insertions, int Deletions, int ReferenceLength)
{
    /// <summary>Substitutions + insertions + deletions: the edit distance.</summary>
    public int Errors => Substitutions + Insertions + Deletions;

    /// <summary>Reference units that the hypothesis has right.</summary>
    public int Hits => ReferenceLength - Substitutions - Deletions;

    /// <summary>
    /// Errors divided by <see cref="ReferenceLength"/>: 0 is perfect, and insertions can take it above 1.
    /// An empty reference gives 0 when the hypothesis is empty too, else positive infinity.
    /// </summary>
    public double Rate => ReferenceLength > 0 ? (double)Errors / ReferenceLength : Errors == 0 ? 0 : double.PositiveInfinity;

    /// <summary>Adds two counts. The rate of the sum is the corpus rate (total errors / total length), not a mean of rates.</summary>
    /// <param name="left">First counts.</param>
    /// <param name="right">Second counts.</param>
    public static EditCounts operator +(EditCounts left, EditCounts right) => new(
        checked(left.Substitutions + right.Substitutions),
        checked(left.Insertions + right.Insertions),
        checked(left.Deletions + right.Deletions),
        checked(left.ReferenceLength + right.ReferenceLength));
}
