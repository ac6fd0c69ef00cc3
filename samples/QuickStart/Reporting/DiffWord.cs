namespace QuickStart.Reporting;

/// <summary>One word of a transcript compared with the reference.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="Recognised">The recognised word; null where a word is missing.</param>
/// <param name="Reference">The reference's word; null where a word is too many.</param>
public sealed record DiffWord(DiffKind Kind, string? Recognised, string? Reference);
