namespace Microsoft.ML.Avsr;

/// <summary>What happens to a row that lacks a stream which is asked for: a file without sound, a picture without a face.</summary>
public enum MissingModality
{
    /// <summary>The other stream is used, and the status says what is missing.</summary>
    UseOther,

    /// <summary>Nothing is recognised from the row, and the status says why. In training the row is skipped.</summary>
    Skip,

    /// <summary>An <see cref="AvsrMediaException"/> names the row's media and what is wrong with it.</summary>
    Throw,
}
