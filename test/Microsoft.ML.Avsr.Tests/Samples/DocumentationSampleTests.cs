using System.Reflection;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Samples;

/// <summary>Runs the samples of docs/samples, and compares what they print with the comment at their end.</summary>
[TestClass]
public sealed class DocumentationSampleTests
{
    private const string Mark = "// Expected output:";
    private static readonly string s_folder = FindFolder();

    public static IEnumerable<object[]> Samples => Files().Select(file => new object[] { Path.GetRelativePath(s_folder, file).Replace('\\', '/') });

    [TestMethod]
    [DynamicData(nameof(Samples))]
    public void ASamplePrintsWhatItSays(string file)
    {
        var source = File.ReadAllText(Path.Combine(s_folder, file)).ReplaceLineEndings("\n");
        var at = source.IndexOf(Mark, StringComparison.Ordinal);
        Assert.IsTrue(at >= 0, $"{file} does not end with '{Mark}'.");
        var expected = string.Join('\n', source[(at + Mark.Length)..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimStart('/').TrimStart()));
        var type = typeof(global::Samples.Transforms.Avsr).Assembly.GetType($"Samples.{file[..^".cs".Length].Replace('/', '.')}", throwOnError: true)!;
        var console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            type.GetMethod("Example", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [], null);
        }
        finally
        {
            Console.SetOut(console);
        }
        Assert.AreEqual(expected, output.ToString().ReplaceLineEndings("\n").TrimEnd('\n'));
    }

    [TestMethod]
    public void EveryCatalogMethodHasASample()
    {
        var names = Files().Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var methods = new[] { typeof(AvsrCatalogExtensions), typeof(AvsrCatalog) }
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)).Select(method => method.Name).Distinct();
        Assert.AreEqual("", string.Join(", ", methods.Where(method => !names.Contains(method))));
    }

    [TestMethod]
    public void EveryEstimatorStatesItsCharacteristics()
    {
        var documents = System.Xml.Linq.XDocument.Load(Path.ChangeExtension(typeof(AvsrEstimator).Assembly.Location, ".xml"));
        var estimators = typeof(AvsrEstimator).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IEstimator<>))).ToArray();
        Assert.HasCount(6, estimators);
        foreach (var estimator in estimators)
        {
            Assert.IsTrue(estimator.IsSealed, estimator.Name);
            var text = documents.Descendants("member").Single(member => member.Attribute("name")!.Value == "T:" + estimator.FullName).Value;
            foreach (var row in new[] { "need to look at the data", "Input column data type", "Output column data type", "Required NuGet", "ONNX", "docs/samples/" })
                StringAssert.Contains(text, row, estimator.Name);
        }
    }

    private static IEnumerable<string> Files() => new[] { "Transforms", "Catalog" }.SelectMany(folder => Directory.GetFiles(Path.Combine(s_folder, folder), "*.cs")).Order(StringComparer.Ordinal);

    private static string FindFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Avsr.MLNet.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The tests do not lie in the repository."), "docs", "samples");
    }
}
