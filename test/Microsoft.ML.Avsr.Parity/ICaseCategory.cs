namespace Microsoft.ML.Avsr.Parity;

/// <summary>Knows how to run one kind of case.</summary>
internal interface ICaseCategory
{
    /// <summary>Whether the case is of this kind, by its category and content.</summary>
    bool Handles(CaseFolder folder);

    /// <summary>Computes what the case holds and compares.</summary>
    void Run(CaseFolder folder, CaseCheck check);
}
