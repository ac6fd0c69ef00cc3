using System.Text.RegularExpressions;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using QuickStart;

namespace Microsoft.ML.Avsr.Tests.QuickStartSample;

/// <summary>What the documents show is what there is.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private static readonly string s_root = FindRepository();

    [TestMethod]
    public void TheExampleIsTheCompiledOne()
    {
        var readme = File.ReadAllText(Path.Combine(s_root, "README.md")).ReplaceLineEndings("\n");
        var example = CSharpBlock().Match(readme);
        Assert.IsTrue(example.Success, "README.md has no ```csharp block.");
        Assert.AreEqual(File.ReadAllText(Path.Combine(s_root, "samples", "ReadmeExample", "Program.cs")).ReplaceLineEndings("\n"), example.Groups[1].Value,
            "README.md and samples/ReadmeExample/Program.cs must stay identical.");
        Assert.Contains("ReadmeExample.csproj", File.ReadAllText(Path.Combine(s_root, "Avsr.MLNet.sln")), "The example must be built with the solution.");
    }

    [TestMethod]
    public void LinksLeadSomewhere()
    {
        var broken = Directory.GetFiles(s_root, "*.md").Concat(Directory.GetFiles(Path.Combine(s_root, "docs"), "*.md"))
            .SelectMany(file => Link().Matches(Comment().Replace(File.ReadAllText(file), "")).Select(m => (File: file, Target: m.Groups[1].Value)))
            .Where(l => !l.Target.StartsWith("http", StringComparison.Ordinal))
            .Where(l => !Path.Exists(Path.Combine(Path.GetDirectoryName(l.File)!, l.Target)))
            .Select(l => $"{Path.GetFileName(l.File)}: {l.Target}");
        Assert.AreEqual("", string.Join('\n', broken));
    }

    [TestMethod]
    public void TheQuickStartPageExplainsEveryOption()
    {
        var page = File.ReadAllText(Path.Combine(s_root, "docs", "quickstart.md"));
        foreach (Match option in Option().Matches(QuickStartOptions.HelpText))
        {
            if (option.Value != "--help")
                Assert.Contains(option.Value, page);
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Avsr.MLNet.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not lie in the repository.");
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\(([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Option();
}
