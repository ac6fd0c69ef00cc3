namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Llama 3.1's stretch of rotary frequencies for long contexts (rope type <c>llama3</c>).</summary>
/// <param name="Factor">Low frequencies are divided by this.</param>
/// <param name="LowFrequencyFactor">Wavelengths above OriginalPositions / this are fully stretched.</param>
/// <param name="HighFrequencyFactor">Wavelengths below OriginalPositions / this are kept.</param>
/// <param name="OriginalPositions">Context length of pre-training.</param>
public sealed record RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalPositions)
{
    /// <summary>Stretches frequencies; between the two bounds they are blended (specification 7).</summary>
    internal void Apply(float[] frequencies)
    {
        var longest = OriginalPositions / LowFrequencyFactor;
        var shortest = OriginalPositions / HighFrequencyFactor;
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = (double)frequencies[i];
            var wavelength = 2 * Math.PI / frequency;
            if (wavelength < shortest)
                continue;
            if (wavelength > longest)
            {
                frequencies[i] = (float)(frequency / Factor);
                continue;
            }
            var share = (OriginalPositions / wavelength - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
            frequencies[i] = (float)(((1 - share) / Factor + share) * frequency);
        }
    }
}
