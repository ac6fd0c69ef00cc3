using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>
/// A model that the first version of the package saved: a tiny one with random weights, as the texts of its payload. They are stored
/// outside of ML.NET's zip, so that the test means the same with the real package and with its substitute.
/// </summary>
[TestClass]
public sealed class OlderPayloadTests
{
    private sealed class Clip
    {
        public string File { get; set; } = "";
    }

    /// <summary>What that version's build made of the clips: its weights are random, so is the text.</summary>
    private static readonly string[] s_texts = [";\uFFFD9\uFFFD\u0153", "\u000E\u06F8\uFFFD\uFFFD;\uFFFD", "\u000E;;;\u06FE\uFFFD\uFFFD", "\uFFFD\u000E\uFFFD\uFFFD\u0007\uFFFD?;"];

    private static readonly ClipFolder s_clips = new(4);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    private static string[] Stored() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Pipeline", "Data", "payload-format-1.txt"));

    private static IDataView Data(MLContext ml) => ml.Data.LoadFromEnumerable(s_clips.Paths.Select(path => new Clip { File = path }).ToList());

    private static TransformerChain<ITransformer> Chain(string[] texts) => SavedChain.Build(new SavedPathRecognition().GetMapping(), SavedContracts.Path, texts,
        name => name switch
        {
            SavedColumns.Media => "File",
            SavedColumns.Transcript => "Said",
            _ => "Said." + name[(name.LastIndexOf('.') + 1)..],
        });

    [TestMethod]
    public void AnOlderFileLoadsAndIsSavedInThePresentFormat()
    {
        StringAssert.StartsWith(Stored()[0], "{\"Version\":1,");
        var ml = new MLContext();
        using var zip = new MemoryStream();
        ml.Model.Save(Chain(Stored()), null, zip);
        zip.Position = 0;
        using var typed = new MLContext().Avsr().Load(zip);
        var answers = Answers(typed);
        CollectionAssert.AreEqual(s_texts, answers, "what the build that saved it transcribed");
        zip.Position = 0;
        CollectionAssert.AreEqual(answers, Answers(new MLContext().Model.Load(zip, out _)));

        // Saved again, it is in the present format.
        var again = SavedPayload.Write(typed.Settings, typed.Model);
        StringAssert.StartsWith(again[0], "{\"Version\":2,");
        var payload = SavedPayload.Read([.. again.Select(text => text.AsMemory())]);
        using var second = new AvsrTransformer(payload.LoadModel(resolve: null), payload.Settings);
        CollectionAssert.AreEqual(answers, Answers(second));
    }

    private static string[] Answers(ITransformer model) => [.. model.Transform(Data(new MLContext())).GetColumn<string>("Said")];

    [TestMethod]
    [DataRow(99, "Update the package")]
    [DataRow(0, "no format")]
    [DataRow(-3, "no format")]
    public void AFormatThatIsNotReadSaysWhy(int version, string reason)
    {
        var texts = Stored();
        texts[0] = texts[0].Replace("{\"Version\":1,", $"{{\"Version\":{version},", StringComparison.Ordinal);
        using var zip = new MemoryStream();
        new MLContext().Model.Save(Chain(texts), null, zip);
        zip.Position = 0;
        StringAssert.Contains(Assert.ThrowsExactly<AvsrModelException>(() => new MLContext().Avsr().Load(zip)).Message, reason);
    }
}
