namespace Microsoft.ML.Avsr.Text;

/// <summary>A token that the ordinary encoding never yields: it is found in the text as it stands, or only ever placed by id.</summary>
/// <param name="Content">Its text.</param>
/// <param name="Id">Its id.</param>
/// <param name="Skipped">True when decoding leaves it out (a control token); false when it is text like any other.</param>
/// <param name="StripLeft">White space before it belongs to it.</param>
/// <param name="StripRight">White space behind it belongs to it.</param>
internal sealed record SpecialToken(string Content, int Id, bool Skipped = true, bool StripLeft = false, bool StripRight = false);
