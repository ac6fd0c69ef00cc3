namespace QuickStart.Corpus;

/// <summary>Turns timed phonemes into mouth shapes over time: held around each phoneme's middle, blended between, smoothed.</summary>
internal static class MouthTrack
{
    private const double Step = 0.005;      // seconds between internal samples
    private const double Smoothing = 0.018; // standard deviation of the Gaussian, seconds: lips are slow
    private const double Lead = 0.025;      // lips move before the sound

    /// <summary>The mouth shape of every frame.</summary>
    /// <param name="phonemes">Phonemes in order of time.</param>
    /// <param name="end">When the last one ends, seconds.</param>
    /// <param name="offset">When the speech starts in the clip, seconds.</param>
    /// <param name="frames">Number of frames.</param>
    /// <param name="frameRate">Frames per second.</param>
    internal static Viseme[] Make(IReadOnlyList<PhonemeEvent> phonemes, double end, double offset, int frames, double frameRate)
    {
        var keys = Keys(phonemes, end, offset);
        var count = (int)Math.Ceiling(frames / frameRate / Step) + 1;
        var dense = new Viseme[count];
        var k = 0;
        for (var i = 0; i < count; i++)
        {
            var time = i * Step + Lead;
            while (k + 1 < keys.Count && keys[k + 1].Time <= time)
                k++;
            dense[i] = k + 1 >= keys.Count || time <= keys[k].Time
                ? keys[k].Shape
                : Viseme.Mix(keys[k].Shape, keys[k + 1].Shape, Ease((time - keys[k].Time) / (keys[k + 1].Time - keys[k].Time)));
        }
        var result = new Viseme[frames];
        var reach = (int)(3 * Smoothing / Step);
        for (var f = 0; f < frames; f++)
        {
            var centre = (int)Math.Round((f + 0.5) / frameRate / Step);
            var sum = default(Viseme);
            var total = 0f;
            for (var d = -reach; d <= reach; d++)
            {
                var weight = (float)Math.Exp(-0.5 * Math.Pow(d * Step / Smoothing, 2));
                sum = Viseme.Sum(sum, 1, dense[Math.Clamp(centre + d, 0, count - 1)], weight);
                total += weight;
            }
            result[f] = Viseme.Sum(sum, 1 / total, default, 0);
        }
        return result;
    }

    private static List<(double Time, Viseme Shape)> Keys(IReadOnlyList<PhonemeEvent> phonemes, double end, double offset)
    {
        var keys = new List<(double Time, Viseme Shape)> { (0, Viseme.Rest), (Math.Max(0.001, offset - 0.1), Viseme.Rest) };
        var vowel = Viseme.Rest;
        for (var i = 0; i < phonemes.Count; i++)
        {
            var start = phonemes[i].Start;
            var stop = i + 1 < phonemes.Count ? phonemes[i + 1].Start : end;
            var length = stop - start;
            var shapes = Viseme.Of(phonemes[i].Name, out var isVowel);
            if (length <= 0.001 || shapes.Length == 0)
                continue;
            if (isVowel)
                vowel = shapes[^1];
            else if (shapes[0].Press < 0.5f && shapes[0].Tuck < 0.5f && shapes[0].Round < 0.5f)
                shapes = [.. shapes.Select(s => Viseme.Mix(s, vowel, 0.15f))]; // free lips keep something of the vowel before
            if (shapes.Length == 2)
            {
                Hold(offset + start + length * 0.15, offset + start + length * 0.40, shapes[0]);
                Hold(offset + start + length * 0.75, offset + stop, shapes[1]);
            }
            else
            {
                // Consonants reach their shape even when short.
                var margin = isVowel ? 0.30 : 0.15;
                Hold(offset + start + length * margin, offset + stop - length * margin, shapes[0]);
            }
        }
        keys.Add((Math.Max(offset + end + 0.10, keys[^1].Time + 0.02), Viseme.Rest));
        return keys;

        void Hold(double from, double to, Viseme shape)
        {
            from = Math.Max(from, keys[^1].Time + 0.001);
            keys.Add((from, shape));
            if (to > from + 0.001)
                keys.Add((to, shape));
        }
    }

    private static float Ease(double t) => (float)(0.5 - 0.5 * Math.Cos(Math.PI * Math.Clamp(t, 0, 1)));
}
