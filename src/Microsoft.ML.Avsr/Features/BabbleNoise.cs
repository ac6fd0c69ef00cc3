namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// Makes babble, the sound of many people talking, from recordings of single speakers: 10 to 30 voices, each brought to the same power,
/// shifted in a circle by a random amount, and summed.
/// </summary>
public sealed class BabbleNoise
{
    private readonly ReadOnlyMemory<float>[] _voices;
    private readonly float[] _gains;

    /// <summary>Takes the voices to draw from.</summary>
    /// <param name="voices">Mono recordings at one sample rate; silent ones are left out.</param>
    /// <exception cref="ArgumentException">No recording has any sound.</exception>
    public BabbleNoise(IEnumerable<ReadOnlyMemory<float>> voices)
    {
        ArgumentNullException.ThrowIfNull(voices);
        var kept = new List<ReadOnlyMemory<float>>();
        var gains = new List<float>();
        foreach (var voice in voices)
        {
            var energy = SampleMath.SumOfSquares(voice.Span);
            if (!(energy > 0) || !double.IsFinite(energy))
                continue;
            kept.Add(voice);
            gains.Add((float)Math.Sqrt(voice.Length / energy));
        }
        if (kept.Count == 0)
            throw new ArgumentException("Babble needs at least one recording that is not silent.", nameof(voices));
        _voices = [.. kept];
        _gains = [.. gains];
    }

    /// <summary>Number of recordings to draw from.</summary>
    public int VoiceCount => _voices.Length;

    /// <summary>Makes a piece of babble.</summary>
    /// <param name="samples">Length in samples.</param>
    /// <param name="random">Source of voices and shifts; the same seed gives the same babble.</param>
    /// <param name="minimumVoices">Fewest voices.</param>
    /// <param name="maximumVoices">Most voices.</param>
    /// <returns>Samples of a power near one; <see cref="NoiseMixer"/> brings it to the wanted ratio.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative length, fewer than one voice, or a maximum below the minimum.</exception>
    public float[] Create(int samples, Random random, int minimumVoices = 10, int maximumVoices = 30)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumVoices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumVoices, minimumVoices);
        var count = random.Next(minimumVoices, maximumVoices + 1);
        var result = new float[samples];
        var share = 1 / MathF.Sqrt(count);
        for (var i = 0; i < count; i++)
        {
            // Few recordings: a voice may speak several times, shifted differently each time.
            var which = random.Next(_voices.Length);
            var voice = _voices[which].Span;
            var at = random.Next(voice.Length);
            for (var done = 0; done < samples;)
            {
                var length = Math.Min(samples - done, voice.Length - at);
                SampleMath.AddScaled(result.AsSpan(done, length), voice.Slice(at, length), _gains[which] * share);
                done += length;
                at = 0;
            }
        }
        return result;
    }
}
