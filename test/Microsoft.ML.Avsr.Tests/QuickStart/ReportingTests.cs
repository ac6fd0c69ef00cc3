using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using QuickStart.Reporting;

namespace Microsoft.ML.Avsr.Tests.QuickStartSample;

/// <summary>The quick start's JSON, report and console output.</summary>
[TestClass]
public sealed class ReportingTests
{
    [TestMethod]
    public void JsonHasTheKeysThatOthersRead()
    {
        using var json = JsonDocument.Parse(ToJson(Sample()));
        var root = json.RootElement;
        foreach (var modality in QuickStartResult.Modalities)
        {
            CollectionAssert.AreEqual(QuickStartResult.Conditions.ToArray(),
                root.GetProperty("wer").GetProperty(modality).EnumerateObject().Select(p => p.Name).ToArray());
        }
        Assert.AreEqual(33.33, root.GetProperty("wer").GetProperty("audio").GetProperty("-5").GetDouble());
        CollectionAssert.AreEqual((string[])["wer", "train_seconds", "items_per_second", "peak_memory_mb", "parameters", "seed", "routing"],
            root.EnumerateObject().Take(7).Select(p => p.Name).ToArray());
        Assert.AreEqual(3_700_000, root.GetProperty("parameters").GetInt64());
        Assert.AreEqual(JsonValueKind.Null, root.GetProperty("loss_curves")[0].GetProperty("loss")[1].ValueKind, "NaN is not a JSON number.");
    }

    [TestMethod]
    public void EqualResultsGiveEqualBytes() => Assert.AreEqual(ToJson(Sample()), ToJson(Sample()));

    [TestMethod]
    public void ReportIsOneWellFormedPageThatLoadsNothing()
    {
        var page = HtmlReport.Render(Sample());
        Assert.DoesNotContain("<script", page);
        Assert.IsFalse(Regex.IsMatch(page, @"(?:src|href)\s*=|url\(|@import|https?://"), "The page must not load anything.");
        var pictures = Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline);
        Assert.HasCount(1 + 1 + 2, pictures, "One picture of error rates, one stage, two routers.");
        foreach (Match picture in pictures)
            XDocument.Parse(picture.Value);
        Assert.Contains("&lt;clip&gt;", page, "Text from outside is escaped.");
        Assert.DoesNotContain("<clip>", page);
        Assert.DoesNotContain("NaN", page);
    }

    [TestMethod]
    public void ReportStandsWithAlmostNothingToShow()
    {
        var page = HtmlReport.Render(Sample() with
        {
            Wer = new Dictionary<string, IReadOnlyDictionary<string, double>> { ["video"] = new Dictionary<string, double> { ["clean"] = 0 } },
            Losses = [],
            Experts = [],
            Samples = [],
            Problems = [],
            TrainSeconds = 0,
        });
        Assert.Contains("</html>", page);
        Assert.DoesNotContain("<h2>Training</h2>", page);
    }

    [TestMethod]
    public void TranscriptsAreAlignedWithTheFewestEdits()
    {
        Assert.AreEqual("bin red/blue at -f s/two now +please", Describe("bin blue at f two now", "bin red at s now please"));
        Assert.AreEqual("-a", Describe("a", ""));
        Assert.AreEqual("+a", Describe("", " a "));

        static string Describe(string reference, string recognised) => string.Join(' ', TranscriptDiff.Compare(reference, recognised).Select(w => w.Kind switch
        {
            DiffKind.Same => w.Recognised,
            DiffKind.Substituted => $"{w.Recognised}/{w.Reference}",
            DiffKind.Inserted => "+" + w.Recognised,
            _ => "-" + w.Reference,
        }));
    }

    [TestMethod]
    public void TablesAlign()
    {
        var table = new ConsoleTable("name", "a", "long one").Add("x", "10.0", "3").Add("second", "1", "4").ToString();
        Assert.AreEqual("""
              name       a  long one
              ------  ----  --------
              x       10.0         3
              second     1         4

            """.ReplaceLineEndings("\n"), table);
        Assert.Contains("\u22125 dB", ConsoleTable.WordErrorRates(Sample()).ToString());
    }

    [TestMethod]
    public void ProgressRewritesItsLineOnATerminalOnly()
    {
        var live = new StringWriter { NewLine = "\n" };
        using (var line = new ProgressLine(live, live: true))
        {
            line.Report("train", 0.5, "loss 1.5");
            line.WriteLine("note");
            line.Report("train", 1, "loss 1.0");
        }
        Assert.Contains("\r\u001b[K  train", live.ToString());
        Assert.Contains("\r\u001b[Knote\n", live.ToString());
        Assert.Contains(" 50 %  loss 1.5", live.ToString());
        Assert.EndsWith("in 0 s\n", live.ToString());

        var plain = new StringWriter { NewLine = "\n" };
        using (var line = new ProgressLine(plain, live: false))
        {
            for (var i = 0; i <= 100; i++)
                line.Report("train", i / 100.0, "loss", TimeSpan.FromSeconds(65));
            line.Report("score", 0.1);
        }
        var lines = plain.ToString().TrimEnd('\n').Split('\n');
        Assert.HasCount(3, lines, "First, last, and the next stage's first: no flood of lines in a log file.");
        Assert.DoesNotContain("\r", plain.ToString());
        Assert.Contains("1 min 05 s left", lines[0]);
    }

    private static string ToJson(QuickStartResult result)
    {
        using var stream = new MemoryStream();
        ResultJson.Write(stream, result);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static QuickStartResult Sample() => new()
    {
        Wer = QuickStartResult.Modalities.ToDictionary(m => m, m => (IReadOnlyDictionary<string, double>)QuickStartResult.Conditions
            .ToDictionary(c => c, c => m == "audio" && c == "-5" ? 100.0 / 3 : 5)),
        TrainSeconds = 61.234,
        ItemsPerSecond = 40,
        PeakMemoryMb = 900.4,
        Parameters = 3_700_000,
        Seed = 1,
        Routing = "dedr",
        Losses = [new("Encoder", 1, 4.5), new("Encoder", 2, double.NaN), new("Encoder", 3, 3.5)],
        Experts = [new("audio", 1, [0.6, 0.4]), new("audio", 2, [0.4, 0.6])],
        Samples = [new("<clip>", "clean", "bin blue", "bin", "bin blue", "bin red")],
        Problems = [new("a.mp4", "Missing", "no such file")],
        Settings = [new("clips", "3")],
        Environment = [new("cores", "2")],
    };
}
