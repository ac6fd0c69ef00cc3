using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>When words are said: forced alignment, the stretch around a token, the part of a clip that has sound.</summary>
[TestClass]
public sealed class AlignmentTests
{
    private const int Blank = 3;

    [TestMethod]
    public void AlignmentFindsThePeaks()
    {
        // Token 0 at frames 2 and 3, token 2 at frame 6, token 2 again at frame 8: it needs the blank between.
        var scores = Frames(10, (2, 0), (3, 0), (6, 2), (8, 2));
        var (centers, confidence) = ForcedAlignment.Align(scores, 4, Blank, [0, 2, 2])!.Value;
        CollectionAssert.AreEqual(new[] { 2.5, 6, 8 }, centers);
        Assert.AreEqual(0.7, confidence, 1e-6);
    }

    [TestMethod]
    public void AlignmentIsTheBestOfAllPaths()
    {
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            const int Time = 6, Classes = 4;
            var scores = Enumerable.Range(0, Time * Classes).Select(_ => (float)Math.Log(0.05 + random.NextDouble())).ToArray();
            int[] tokens = [random.Next(3), random.Next(3)];
            var best = AllPaths(Time, Classes).Where(p => Collapse(p).SequenceEqual(tokens)).MaxBy(p => p.Select((c, t) => scores[t * Classes + c]).Sum())!;
            var expected = Centers(best);
            CollectionAssert.AreEqual(expected, ForcedAlignment.Align(scores, Classes, Blank, tokens)!.Value.Centers, $"round {round}");
        }
    }

    [TestMethod]
    public void AClipThatIsTooShortHasNoAlignment()
    {
        Assert.IsNull(ForcedAlignment.Align(Frames(2), 4, Blank, [0, 1, 2]));
        Assert.IsNull(ForcedAlignment.Align(Frames(2), 4, Blank, [1, 1]), "a repeated token needs a blank between");
        Assert.IsNull(ForcedAlignment.Align(Frames(2), 4, Blank, []));
    }

    [TestMethod]
    public void TokensShareTheTimeBetweenThem()
    {
        var times = TokenTimes.Around([7, 8, 9], [1.0, 1.2, 3.0]);
        Assert.AreEqual(0.9, times.Starts[0], 1e-9);
        Assert.AreEqual(1.1, times.Ends[0], 1e-9);
        Assert.AreEqual(1.1, times.Starts[1], 1e-9);
        Assert.AreEqual(1.5, times.Ends[1], 1e-9, "a pause belongs to nobody");
        Assert.AreEqual(2.7, times.Starts[2], 1e-9);
        Assert.AreEqual(8, times.At(1.3, -1));
        Assert.AreEqual(-1, times.At(2, -1));
    }

    [TestMethod]
    public void SpeechIsWhereTheSoundIs()
    {
        var samples = new float[32000];
        for (var i = 8000; i < 24000; i++)
            samples[i] = 0.3f * MathF.Sin(i * 0.1f);
        var (start, end) = SpeechSpan.Of(samples);
        Assert.AreEqual(0.4, start, 0.02);
        Assert.AreEqual(1.6, end, 0.02);
        Assert.AreEqual((0.0, 2.0), SpeechSpan.Of(new float[32000]), "silence stands out nowhere");
        Assert.AreEqual((0.0, 0.05), SpeechSpan.Of(new float[800]));
    }

    private static float[] Frames(int time, params (int Frame, int Token)[] peaks)
    {
        var scores = new float[time * 4];
        for (var t = 0; t < time; t++)
            for (var c = 0; c < 4; c++)
                scores[t * 4 + c] = MathF.Log(c == Blank ? 0.7f : 0.1f);
        foreach (var (frame, token) in peaks)
            (scores[frame * 4 + token], scores[frame * 4 + Blank]) = (MathF.Log(0.7f), MathF.Log(0.1f));
        return scores;
    }

    private static IEnumerable<int[]> AllPaths(int time, int classes) =>
        Enumerable.Range(0, (int)Math.Pow(classes, time)).Select(n => Enumerable.Range(0, time).Select(t => n / (int)Math.Pow(classes, t) % classes).ToArray());

    private static IEnumerable<int> Collapse(int[] path) => path.Where((c, t) => c != Blank && (t == 0 || path[t - 1] != c));

    private static double[] Centers(int[] path)
    {
        var centers = new List<double>();
        for (var t = 0; t < path.Length; t++)
        {
            if (path[t] == Blank || (t > 0 && path[t - 1] == path[t]))
                continue;
            var end = t;
            while (end + 1 < path.Length && path[end + 1] == path[t])
                end++;
            centers.Add((t + end) / 2.0);
        }
        return [.. centers];
    }
}
