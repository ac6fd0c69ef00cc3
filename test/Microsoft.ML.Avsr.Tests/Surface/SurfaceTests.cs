using System.Reflection;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>
/// What compiles against the substitutes under build/offline must compile against the real packages: a substitute shows
/// only types and members that the real package has, with the same signatures. Where the real packages are restored, the
/// same comparison runs over them and so checks the lists and the printer.
/// </summary>
[TestClass]
public sealed class SurfaceTests
{
    private static readonly string s_data = Path.Combine(AppContext.BaseDirectory, "Surface", "Data");

    [TestMethod]
    [DataRow("Microsoft.ML")]
    [DataRow("Microsoft.ML.DataView")]
    [DataRow("Microsoft.ML.Core")]
    [DataRow("Microsoft.ML.Data")]
    [DataRow("Microsoft.ML.Transforms")]
    [DataRow("Microsoft.ML.Tokenizers")]
    [DataRow("Microsoft.ML.AutoML")]
    [DataRow("Microsoft.ML.SearchSpace")]
    [DataRow("TorchSharp")]
    public void PublicSurfaceIsPartOfTheRealPackage(string assemblyName)
    {
        if (TryLoad(assemblyName) is not { } assembly)
        {
            // The one substitute "Microsoft.ML" stands for the four real assemblies, "Microsoft.ML.AutoML" for two.
            var offline = TryLoad("Microsoft.ML") is not null;
            Assert.AreEqual(offline, assemblyName is "Microsoft.ML.DataView" or "Microsoft.ML.Core" or "Microsoft.ML.Data" or "Microsoft.ML.Transforms" or "Microsoft.ML.SearchSpace",
                $"The assembly {assemblyName} is not there.");
            return;
        }
        var isSubstitute = TryLoad("Microsoft.ML") is not null;
        var differences = SurfaceComparison.Differences(assembly, ListFor(assemblyName), DialectOf(assemblyName));
        IReadOnlyList<string> offenders = differences;
        IReadOnlyList<string> unused = [];
        if (isSubstitute)
            (offenders, unused) = AllowedDifferences.Read(Path.Combine(s_data, "allowed-differences.txt")).Filter(assemblyName, differences);
        Assert.IsEmpty(offenders, $"{assemblyName}: {offenders.Count} differences from the real package\n" + Grouped(offenders));
        Assert.IsEmpty(unused, "Entries of allowed-differences.txt that nothing needs:\n" + string.Join('\n', unused));
    }

    private static Assembly? TryLoad(string name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static SignatureDialect DialectOf(string assemblyName) =>
        assemblyName == "TorchSharp" ? SignatureDialect.TorchSharp : SignatureDialect.MicrosoftMl;

    private static ApiList ListFor(string assemblyName) => DialectOf(assemblyName) == SignatureDialect.TorchSharp
        ? ApiList.Read(SignatureDialect.TorchSharp, Path.Combine(s_data, "TorchSharp-0.102.7.api.txt"))
        : ApiList.Read(SignatureDialect.MicrosoftMl, Directory.GetFiles(s_data, "Microsoft.ML*.api.txt"));

    private static string Grouped(IReadOnlyList<string> differences) => string.Join('\n', differences
        .Select(d => d.Split(": ", 2))
        .GroupBy(p => p[0])
        .Select(g => g.Key + "\n" + string.Join('\n', g.Select(p => "    " + p[1]))));
}
