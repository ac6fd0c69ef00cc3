using Microsoft.ML.Avsr.Parity;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Parity;

/// <summary>The parity runner on the reference's cases, and its judgement on broken ones.</summary>
[TestClass]
public sealed class ParityRunnerTests
{
    [TestMethod]
    [DataRow("components")]
    [DataRow("avsr")]
    public void CopiedCasesPass(string collection) => AllPass(Values.Golden(collection));

    [TestMethod]
    [DataRow("components")]
    [DataRow("avsr")]
    public void EveryCasePasses(string collection) => AllPass(SharedData.Require("golden/" + collection));

    [TestMethod]
    public void AFolderOfAnotherNameIsRunByItsContent()
    {
        using var folder = new Copy("components/04_generation/logits_processors", "some/other name");
        var (code, text) = Run(folder.Root);
        Assert.AreEqual(0, code, text);
        StringAssert.EndsWith(text.TrimEnd(), "1 passed, 0 failed");
    }

    [TestMethod]
    public void WrongNumbersFailAndAreNamed()
    {
        using var folder = new Copy("components/05_lora/lr_schedules", "case");
        folder.Replace("schedules.json", "0.00095,", "0.00096,");
        var (code, text) = Run(folder.Root);
        Assert.AreEqual(1, code);
        StringAssert.Contains(text, "FAIL");
        StringAssert.Contains(text, "the reference 0.00096");
        StringAssert.EndsWith(text.TrimEnd(), "0 passed, 1 failed");
    }

    [TestMethod]
    public void UnknownCategoriesAndMissingFilesCountAsFailed()
    {
        using var unknown = new Copy("components/05_lora/lr_schedules", "case");
        unknown.Replace("case.json", "05_lora/", "99_unheard_of/");
        StringAssert.Contains(Run(unknown.Root).Text, "category '99_unheard_of' is not known");
        using var missing = new Copy("avsr/09_lr_schedule", "case");
        File.Delete(Path.Combine(missing.Root, "case", "io.safetensors"));
        var (code, text) = Run(missing.Root);
        Assert.AreEqual(1, code);
        StringAssert.EndsWith(text.TrimEnd(), "0 passed, 1 failed");
        using var broken = new Copy("avsr/09_lr_schedule", "case");
        File.WriteAllText(Path.Combine(broken.Root, "case", "case.json"), "{");
        StringAssert.EndsWith(Run(broken.Root).Text.TrimEnd(), "0 passed, 1 failed");
    }

    [TestMethod]
    public void TheFilterChoosesCases()
    {
        var (code, text) = Run(Values.Golden("components"), "--filter", "lr_sched");
        Assert.AreEqual(0, code, text);
        StringAssert.EndsWith(text.TrimEnd(), "1 passed, 0 failed");
    }

    [TestMethod]
    public void WrongArgumentsShowTheUsage()
    {
        Assert.AreEqual(2, Run().Code);
        var (code, text) = Run("no-such-folder");
        Assert.AreEqual(2, code);
        StringAssert.Contains(text, "no-such-folder");
        StringAssert.Contains(text, "usage:");
        Assert.AreEqual(2, Run(Values.Golden("avsr"), "--fliter", "x").Code);
    }

    private static void AllPass(string folder)
    {
        var (code, text) = Run(folder);
        Assert.AreEqual(0, code, text);
        StringAssert.EndsWith(text.TrimEnd(), "passed, 0 failed");
    }

    private static (int Code, string Text) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        var code = ParityRunner.Run(arguments, output);
        return (code, output.ToString());
    }

    /// <summary>A case copied to a folder of another name, to be changed.</summary>
    private sealed class Copy : IDisposable
    {
        private readonly string _target;

        public Copy(string golden, string name)
        {
            Root = Values.TemporaryFolder();
            _target = Path.Combine(Root, name);
            Directory.CreateDirectory(_target);
            foreach (var file in Directory.GetFiles(Values.Golden(golden)))
                File.Copy(file, Path.Combine(_target, Path.GetFileName(file)));
        }

        public string Root { get; }

        public void Replace(string file, string old, string text)
        {
            var path = Path.Combine(_target, file);
            var before = File.ReadAllText(path);
            StringAssert.Contains(before, old);
            File.WriteAllText(path, before.Replace(old, text, StringComparison.Ordinal));
        }

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
