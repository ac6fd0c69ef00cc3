using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Which of two faces speaks: drawn faces whose mouths open in rhythms that are known.</summary>
[TestClass]
public sealed class SpeakingFaceTests
{
    private const int Frames = 150, Width = 240, Height = 120;

    // Irregular stretches of speech, in frames.
    private static readonly (int From, int To)[] s_speech = [(8, 30), (52, 65), (80, 112), (130, 141)];

    [TestMethod]
    public void TheFaceThatMovesWithTheSoundIsTaken()
    {
        // The smaller face speaks; the larger one moves its mouth in the pauses.
        var video = Draw(small: IsSpeech, large: t => !IsSpeech(t));
        var sound = Sound(IsSpeech);
        var largest = new FaceMouthLocator(new TwoFaces()).Locate(video, sound);
        Assert.AreEqual(TwoFaces.LargeX, largest.Face!.Landmarks.Frame(0)[0]);
        Assert.IsNull(largest.Face.SoundMatch);

        var speaking = Speaking(video, sound);
        Assert.AreEqual(TwoFaces.SmallX, speaking.Face!.Landmarks.Frame(0)[0]);
        Assert.IsGreaterThan(0.6, speaking.Face.SoundMatch!.Value);
        Assert.IsLessThan(0.3, speaking.Faces.Single(f => !ReferenceEquals(f, speaking.Face)).SoundMatch!.Value);
        Assert.IsNotNull(speaking.Mouth);
        // The other way round.
        Assert.AreEqual(TwoFaces.LargeX, Speaking(Draw(t => !IsSpeech(t), IsSpeech), sound).Face!.Landmarks.Frame(0)[0]);
    }

    [TestMethod]
    public void LipsMayLeadOrLagALittle()
    {
        foreach (var lag in new[] { -4, 4 })
        {
            var region = Speaking(Draw(small: t => IsSpeech(t - lag), large: t => !IsSpeech(t)), Sound(IsSpeech));
            Assert.AreEqual(TwoFaces.SmallX, region.Face!.Landmarks.Frame(0)[0], $"lag {lag}");
        }
    }

    [TestMethod]
    public void WithoutAnythingToGoByTheLargestIsTaken()
    {
        var video = Draw(small: IsSpeech, large: _ => false);
        foreach (var sound in new[] { null, Sound(_ => false), Sound(_ => true) })
            Assert.AreEqual(TwoFaces.LargeX, Speaking(video, sound).Face!.Landmarks.Frame(0)[0]);
        // Still mouths match no sound.
        Assert.AreEqual(TwoFaces.LargeX, Speaking(Draw(_ => false, _ => false), Sound(IsSpeech)).Face!.Landmarks.Frame(0)[0]);
    }

    private static MouthRegion Speaking(VideoClip video, AudioClip? sound) =>
        new FaceMouthLocator(new TwoFaces(), new FaceLocatorOptions { Choice = FaceChoice.MovesWithSound }).Locate(video, sound);

    private static bool IsSpeech(int frame) => s_speech.Any(s => frame >= s.From && frame < s.To);

    private static AudioClip Sound(Func<int, bool> speaks)
    {
        var random = new Random(1);
        var samples = new float[Frames * 640];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (speaks(i / 640) ? 0.3f : 0.002f) * (float)(random.NextDouble() - 0.5);
        return new AudioClip(samples, 16000);
    }

    // Grey noise that stays, and dark mouths that open and close five times a second while they move.
    private static VideoClip Draw(Func<int, bool> small, Func<int, bool> large)
    {
        var random = new Random(2);
        var still = new byte[Width * Height];
        random.NextBytes(still);
        var pixels = new byte[Frames * still.Length];
        for (var t = 0; t < Frames; t++)
        {
            var frame = pixels.AsSpan(t * still.Length, still.Length);
            for (var i = 0; i < still.Length; i++)
                frame[i] = (byte)(120 + still[i] / 8 + random.Next(3));
            Mouth(frame, TwoFaces.SmallX + 10, 74, 7, small(t) ? 2 + 3 * (t % 5) / 4.0 : 1);
            Mouth(frame, TwoFaces.LargeX + 14, 90, 10, large(t) ? 2 + 4 * (t % 5) / 4.0 : 1);
        }
        return new VideoClip(pixels, Frames, Height, Width, 25);
    }

    private static void Mouth(Span<byte> frame, int centreX, int centreY, double halfWidth, double halfHeight)
    {
        for (var y = -8; y <= 8; y++)
            for (var x = -12; x <= 12; x++)
                if (x * x / (halfWidth * halfWidth) + y * y / (halfHeight * halfHeight) <= 1)
                    frame[(centreY + y) * Width + centreX + x] = 30;
    }

    private sealed class TwoFaces : IFaceDetector
    {
        internal const int SmallX = 40, LargeX = 150; // of the right eye

        public IReadOnlyList<IReadOnlyList<FaceDetection>> Detect(VideoClip video, IReadOnlyList<int> frames) =>
            [.. frames.Select(_ => (IReadOnlyList<FaceDetection>)[Face(LargeX, 60, 28), Face(SmallX, 52, 20)])];

        private static FaceDetection Face(double x, double y, double eyes) => new(x - eyes / 2, y - eyes, 2 * eyes, 2.6 * eyes, 0.9,
            [x, y, x + eyes, y, x + eyes / 2, y + 0.6 * eyes, x + 0.2 * eyes, y + 1.08 * eyes, x + 0.8 * eyes, y + 1.08 * eyes]);
    }
}
