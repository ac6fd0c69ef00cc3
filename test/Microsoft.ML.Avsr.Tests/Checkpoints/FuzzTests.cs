using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>
/// Damaged weights files, manifests and saved models: the only answers allowed are tensors or a typed refusal, within a second and within
/// 64 MiB and twice the file (<see cref="FuzzRun"/>). Files that once broke the rule are under <c>Checkpoints/Crashes</c>, tokenizer files
/// among them, and are tried again by every run.
/// </summary>
[TestClass]
public sealed class FuzzTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("safetensors")]
    [DataRow("torchzip")]
    [DataRow("torchlegacy")]
    [DataRow("pickle")]
    [DataRow("llama2c")]
    [DataRow("index")]
    [DataRow("adapter")]
    [DataRow("any")]
    [DataRow("manifest")]
    [DataRow("model")]
    [DataRow("payload")]
    public void DamagedFilesAreReadOrRefused(string parser)
    {
        using var run = new FuzzRun(parser, WeightsParsers.All[parser]);
        run.Run(TestContext);
    }

    [TestMethod]
    public void FilesThatOnceBrokeTheRuleKeepIt()
    {
        var failures = new List<string>();
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Crashes"));
        Assert.IsTrue(files.Length > 0);
        foreach (var file in files)
        {
            var name = Path.GetFileName(file).Split('-')[0];
            using var run = new FuzzRun(name, WeightsParsers.All.TryGetValue(name, out var parser) ? parser : TokenizerParsers.All[name]);
            if (run.Repeat(File.ReadAllBytes(file)) is { Length: > 0 } problem)
                failures.Add($"{Path.GetFileName(file)}: {problem}");
        }
        Assert.AreEqual(0, failures.Count, string.Join("\n", failures));
    }
}
