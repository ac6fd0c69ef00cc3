namespace Microsoft.ML.Avsr.Media;

/// <summary>Changes a sample rate with a Kaiser-windowed sinc (about 80 dB stop band), one filter phase per output position in the cycle.</summary>
internal static class AudioResampler
{
    private const int ZeroCrossings = 24;
    private const double RollOff = 0.945, KaiserBeta = 8.5;
    private const int MaxPhases = 4096;

    /// <summary>Converts a clip to another rate; the same rate gives the same clip.</summary>
    internal static AudioClip Resample(AudioClip clip, int sampleRate)
    {
        if (clip.SampleRate == sampleRate)
            return clip;
        var divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(clip.SampleRate, sampleRate);
        int up = sampleRate / divisor, down = clip.SampleRate / divisor;
        var source = clip.Samples.Span;
        var target = new float[checked((int)(((long)source.Length * up + down - 1) / down))];
        var cutoff = RollOff * Math.Min(1.0, (double)up / down); // of the source's Nyquist frequency
        var half = (int)Math.Ceiling(ZeroCrossings / cutoff);
        var phases = new float[]?[Math.Min(up, MaxPhases)];
        for (var i = 0; i < target.Length; i++)
        {
            var position = (long)i * down;
            var centre = (int)(position / up);
            var phase = (int)(position % up);
            // With a very long cycle neighbouring phases share a filter: an error of 1/8192 of a sample.
            var slot = phases.Length == up ? phase : (int)((long)phase * phases.Length / up);
            var filter = phases[slot] ??= Kernel((double)slot / phases.Length, half, cutoff);
            var sum = 0f;
            var from = Math.Max(0, centre - half + 1);
            var to = Math.Min(source.Length - 1, centre + half);
            for (var k = from; k <= to; k++)
                sum += source[k] * filter[k - (centre - half + 1)];
            target[i] = sum;
        }
        return new AudioClip(target, sampleRate);
    }

    // filter[j] weighs source sample centre - half + 1 + j for an output at centre + fraction.
    private static float[] Kernel(double fraction, int half, double cutoff)
    {
        var filter = new float[2 * half];
        var total = 0.0;
        for (var j = 0; j < filter.Length; j++)
        {
            var x = j - (half - 1) - fraction;
            var reach = x / half;
            var window = Math.Abs(reach) >= 1 ? 0 : Bessel(KaiserBeta * Math.Sqrt(1 - reach * reach)) / Bessel(KaiserBeta);
            var angle = Math.PI * x * cutoff;
            var value = (Math.Abs(angle) < 1e-12 ? 1 : Math.Sin(angle) / angle) * window;
            filter[j] = (float)value;
            total += value;
        }
        for (var j = 0; j < filter.Length; j++)
            filter[j] = (float)(filter[j] / total); // unit gain for constants
        return filter;
    }

    // Modified Bessel function of the first kind, order 0, by its series.
    private static double Bessel(double x)
    {
        double sum = 1, term = 1, square = x * x / 4;
        for (var k = 1; term > 1e-12 * sum; k++)
        {
            term *= square / ((double)k * k);
            sum += term;
        }
        return sum;
    }
}
