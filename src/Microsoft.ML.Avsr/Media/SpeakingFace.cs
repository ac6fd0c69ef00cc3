namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Tells which face speaks: how much its mouth changes from frame to frame is compared with how loud the sound is. A face whose mouth
/// moves while it is silent, or rests while there is speech, correlates less than the one that is heard.
/// </summary>
internal static class SpeakingFace
{
    private const double LeastMatch = 0.15; // below it, chance explains the correlation in clips of a few seconds
    private const double SmoothingSeconds = 0.2; // about a syllable
    private const double MostLagSeconds = 0.2; // lips lead or lag the sound

    /// <summary>Measures every face's match with the sound.</summary>
    internal static IReadOnlyList<FaceTrack> Measure(IReadOnlyList<FaceTrack> faces, VideoClip frames, AudioClip sound)
    {
        var loudness = Loudness(sound, frames.Frames, frames.FrameRate);
        return [.. faces.Select(face => face with { SoundMatch = Movement(face, frames) is { } movement ? Match(movement, loudness, frames.FrameRate) : null })];
    }

    /// <summary>The face that matches the sound best, or the largest where none does.</summary>
    internal static FaceTrack Choose(IReadOnlyList<FaceTrack> faces)
    {
        var best = faces.MaxBy(f => f.SoundMatch ?? -1)!;
        return best.SoundMatch >= LeastMatch ? best : faces[0];
    }

    /// <summary>How loud each frame's sound is, in decibels above a floor [frames].</summary>
    internal static double[] Loudness(AudioClip sound, int frames, double frameRate)
    {
        var samples = sound.Samples.Span;
        var power = new double[frames];
        for (var t = 0; t < frames; t++)
        {
            var from = (int)Math.Min(samples.Length, (long)(t * sound.SampleRate / frameRate));
            var to = (int)Math.Min(samples.Length, (long)((t + 1) * sound.SampleRate / frameRate));
            for (var i = from; i < to; i++)
                power[t] += samples[i] * (double)samples[i];
            power[t] /= Math.Max(1, to - from);
        }
        // 40 dB below the loudest frame is silence: differences between quiet noises say nothing.
        var floor = Math.Max(power.DefaultIfEmpty().Max() * 1e-4, 1e-10);
        return Array.ConvertAll(power, p => 10 * Math.Log10(Math.Max(p, floor) / floor));
    }

    // Mean change of the steadied mouth's grey levels from frame to frame; 0 where the face is far from a detection.
    private static double[]? Movement(FaceTrack face, VideoClip frames)
    {
        if (new SteadyMouthLocator(face.Landmarks).Crop(frames, out _) is not { } mouth)
            return null;
        var change = new double[frames.Frames]; // change[t]: from t - 1 to t
        for (var t = 1; t < change.Length; t++)
        {
            ReadOnlySpan<byte> before = mouth.Frame(t - 1), now = mouth.Frame(t);
            var sum = 0L;
            for (var i = 0; i < now.Length; i++)
                sum += Math.Abs(now[i] - before[i]);
            change[t] = sum / (double)now.Length;
        }
        if (change.Length > 1)
            change[0] = change[1];
        int first = face.Detections[0].Frame, last = face.Detections[^1].Frame;
        for (var t = 0; t < change.Length; t++)
        {
            if (t < first || t > last)
                change[t] = 0;
        }
        return change;
    }

    private static double Match(double[] movement, double[] loudness, double frameRate)
    {
        var radius = Math.Max(1, (int)(SmoothingSeconds * frameRate / 2));
        var a = SteadyMouthLocator.Smooth(movement, radius);
        var b = SteadyMouthLocator.Smooth(loudness, radius);
        var most = (int)Math.Round(MostLagSeconds * frameRate);
        var best = -1.0;
        for (var lag = -most; lag <= most; lag++)
        {
            int from = Math.Max(0, -lag), to = Math.Min(a.Length, b.Length - lag);
            if (to - from >= frameRate / 2)
                best = Math.Max(best, Correlation(a.AsSpan(from, to - from), b.AsSpan(from + lag, to - from)));
        }
        return best;
    }

    private static double Correlation(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double meanA = 0, meanB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            meanA += a[i] / a.Length;
            meanB += b[i] / a.Length;
        }
        double product = 0, squareA = 0, squareB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            product += (a[i] - meanA) * (b[i] - meanB);
            squareA += (a[i] - meanA) * (a[i] - meanA);
            squareB += (b[i] - meanB) * (b[i] - meanB);
        }
        // A mouth or a sound that never changes matches nothing.
        return squareA < 1e-9 || squareB < 1e-9 ? 0 : product / Math.Sqrt(squareA * squareB);
    }
}
