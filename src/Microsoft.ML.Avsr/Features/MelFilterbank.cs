namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// Triangular filters on Slaney's mel scale, each of unit area, between 0 and 8000 Hz: the matrix of Whisper's front end
/// (the same as librosa's <c>filters.mel(sr=16000, n_fft=400)</c>).
/// </summary>
internal static class MelFilterbank
{
    private const double HertzPerMel = 200.0 / 3;
    private const double LinearLimit = 1000;
    private const double LinearLimitMel = LinearLimit / HertzPerMel;
    private static readonly double s_logStep = Math.Log(6.4) / 27;

    /// <summary>Weights of <paramref name="bands"/> filters over <paramref name="bins"/> frequencies, row by row: [bands, bins].</summary>
    public static float[] Create(int bands, int bins, double highest = 8000)
    {
        var edges = new double[bands + 2];
        var highestMel = ToMel(highest);
        for (var i = 0; i < edges.Length; i++)
            edges[i] = ToHertz(highestMel * i / (bands + 1));
        var weights = new float[bands * bins]; // [bands, bins]
        for (var band = 0; band < bands; band++)
        {
            var (left, middle, right) = (edges[band], edges[band + 1], edges[band + 2]);
            var area = 2 / (right - left);
            for (var bin = 0; bin < bins; bin++)
            {
                var frequency = highest * bin / (bins - 1);
                var weight = Math.Min((frequency - left) / (middle - left), (right - frequency) / (right - middle));
                if (weight > 0)
                    weights[(band * bins) + bin] = (float)(weight * area);
            }
        }
        return weights;
    }

    private static double ToMel(double hertz) =>
        hertz < LinearLimit ? hertz / HertzPerMel : LinearLimitMel + (Math.Log(hertz / LinearLimit) / s_logStep);

    private static double ToHertz(double mel) =>
        mel < LinearLimitMel ? mel * HertzPerMel : LinearLimit * Math.Exp(s_logStep * (mel - LinearLimitMel));
}
