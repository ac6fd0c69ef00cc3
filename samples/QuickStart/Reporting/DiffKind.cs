namespace QuickStart.Reporting;

/// <summary>What happened to a word.</summary>
public enum DiffKind
{
    /// <summary>It is as in the reference.</summary>
    Same,

    /// <summary>Another word was recognised.</summary>
    Substituted,

    /// <summary>A word was recognised that is not in the reference.</summary>
    Inserted,

    /// <summary>A word of the reference is missing.</summary>
    Deleted,
}
