namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>The two notations of the lists of real signatures under <c>Surface/Data</c>.</summary>
internal enum SignatureDialect
{
    /// <summary>Types are unindented lines with an access modifier and full name; constructors are <c>ctor(...)</c>, indexers <c>Item[...]</c>.</summary>
    MicrosoftMl,

    /// <summary>Types start with <c>## </c>, without access modifier and without the TorchSharp namespace; tuple names follow in a comment.</summary>
    TorchSharp,
}
