using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Recognition;

[TestClass]
public class SpeechRecognizerTests
{
    private static SpeechRecognizer s_recognizer = null!;
    private static byte[] s_saved = null!;

    [ClassInitialize]
    public static void Train(TestContext context)
    {
        var trained = TinyExamples.Train(TinyExamples.Make(8));
        using var stream = new MemoryStream();
        AvsrModelSerializer.Save(stream, trained.Model, new DecodingOptions { MaxTokens = 12 }, null);
        s_saved = stream.ToArray();
        s_recognizer = new SpeechRecognizer(trained.Model, new DecodingOptions { MaxTokens = 12 });
    }

    [ClassCleanup]
    public static void Dispose() => s_recognizer.Dispose();

    [TestMethod]
    public void AClipInABatchGivesWhatItGivesAlone()
    {
        var clips = TinyExamples.Make(5, seed: 9).Select(e => e.Input).ToList();
        clips.Add(clips[0].Restrict(Modality.Audio));
        clips.Add(clips[1].Restrict(Modality.Video));
        var together = s_recognizer.Transcribe(clips);
        for (var i = 0; i < clips.Count; i++)
        {
            var alone = s_recognizer.Transcribe([clips[i]])[0];
            Assert.AreEqual(alone.Text, together[i].Text);
            Assert.AreEqual(alone.Modality, together[i].Modality);
            Assert.AreEqual(alone.Confidence, together[i].Confidence, 1e-4f);
        }
    }

    [TestMethod]
    public void AClipWithNothingInItGivesNothing()
    {
        var answer = s_recognizer.Transcribe([new SpeechInput(null, null)])[0];
        Assert.AreEqual("", answer.Text);
        Assert.AreEqual(0f, answer.Confidence);
        Assert.AreEqual(Modality.None, answer.Modality);
    }

    [TestMethod]
    public void ASavedModelAnswersTheSame()
    {
        var clips = TinyExamples.Make(4, seed: 11).Select(e => e.Input).ToList();
        using var loaded = AvsrModelSerializer.Load(s_saved).Recognizer;
        var expected = s_recognizer.Transcribe(clips);
        var actual = loaded.Transcribe(clips);
        for (var i = 0; i < clips.Count; i++)
        {
            Assert.AreEqual(expected[i].Text, actual[i].Text);
            Assert.AreEqual(expected[i].Confidence, actual[i].Confidence);
        }
    }

    [TestMethod]
    public void DamagedModelsAreRefusedWithAReason()
    {
        foreach (var length in new[] { 0, 5, 11, 12, 400, s_saved.Length / 2, s_saved.Length - 1 })
            Assert.ThrowsExactly<AvsrModelException>(() => AvsrModelSerializer.Load(s_saved.AsMemory(0, length)), $"{length} bytes");
        var wrongLength = s_saved.ToArray();
        wrongLength[8] = wrongLength[9] = wrongLength[10] = 0xff;
        wrongLength[11] = 0x7f;
        Assert.ThrowsExactly<AvsrModelException>(() => AvsrModelSerializer.Load(wrongLength));
    }

    [TestMethod]
    public void MissingFrozenWeightsAreNamed()
    {
        using var stream = new MemoryStream();
        AvsrModelSerializer.Save(stream, s_recognizer.Model, new DecodingOptions(), [new FrozenWeights("audio_encoder", "gone", "abc")]);
        var error = Assert.ThrowsExactly<AvsrModelException>(() => AvsrModelSerializer.Load(stream.ToArray()));
        StringAssert.Contains(error.Message, "gone");
        StringAssert.Contains(error.Message, "abc");
    }

    [TestMethod]
    public void InputsOfTheWrongKindAreRefused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new SpeechInput(new(new float[800], 8000), null));
        Assert.ThrowsExactly<ArgumentException>(() => new SpeechInput(null, new(new byte[80 * 80], 1, 80, 80, 25)));
    }
}
