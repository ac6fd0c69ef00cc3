namespace QuickStart.Corpus;

/// <summary>A voice and a face that belong together.</summary>
internal sealed record Speaker
{
    private static readonly (string Voice, int Rate, int Pitch)[] s_seen =
    [
        ("en-us", 132, 50), ("en-us+f2", 126, 55), ("en-us+m3", 138, 42), ("en-us+f3", 132, 58), ("en-us+m5", 124, 48),
        ("en+m1", 140, 45), ("en-gb-scotland+f4", 128, 50), ("en-gb-x-rp+m7", 128, 50), ("en+f1", 138, 50), ("en-gb-x-gbclan+m4", 134, 55),
    ];

    private static readonly (string Voice, int Rate, int Pitch)[] s_unseen =
    [
        ("en-us+m2", 132, 48), ("en+f5", 134, 52), ("en+m6", 128, 50), ("en-us+f4", 132, 48),
    ];

    internal const int MaxSeen = 10, MaxUnseen = 4;

    /// <summary>Name in the CSV.</summary>
    internal required string Name { get; init; }

    /// <summary>espeak-ng voice and variant.</summary>
    internal required string Voice { get; init; }

    /// <summary>Words per minute.</summary>
    internal required int Rate { get; init; }

    /// <summary>espeak-ng pitch, 0 to 99.</summary>
    internal required int Pitch { get; init; }

    // Lengths are pixels of the 128x128 frame, brightness is 0 to 1, colour is the offset of U and V from grey.
    internal float FaceWidth { get; init; }

    internal float FaceHeight { get; init; }

    internal float MouthWidth { get; init; }

    internal float MouthHeight { get; init; }

    internal float UpperLip { get; init; }

    internal float LowerLip { get; init; }

    internal float Skin { get; init; }

    internal float Lips { get; init; }

    internal float Background { get; init; }

    internal float Hair { get; init; }

    internal float HairLine { get; init; }

    internal float EyeDistance { get; init; }

    internal float EyeHeight { get; init; }

    internal float NoseLength { get; init; }

    internal float Beard { get; init; }

    internal float Light { get; init; }

    internal float Articulation { get; init; }

    internal (float U, float V) SkinColour { get; init; }

    internal (float U, float V) BackgroundColour { get; init; }

    /// <summary>The corpus's speakers: first those of training, then the unseen ones.</summary>
    internal static Speaker[] Draw(int seen, int unseen, Random random)
    {
        var all = new Speaker[seen + unseen];
        for (var i = 0; i < all.Length; i++)
            all[i] = Draw(i < seen ? $"s{i + 1}" : $"u{i - seen + 1}", i < seen ? s_seen[i] : s_unseen[i - seen], random);
        return all;
    }

    private static Speaker Draw(string name, (string Voice, int Rate, int Pitch) voice, Random random)
    {
        var skin = Between(0.48f, 0.80f);
        var male = voice.Voice.Contains("+m", StringComparison.Ordinal) || !voice.Voice.Contains('+');
        return new Speaker
        {
            Name = name,
            Voice = voice.Voice,
            Rate = voice.Rate,
            Pitch = voice.Pitch,
            FaceWidth = Between(40, 47),
            FaceHeight = Between(56, 62),
            MouthWidth = Between(16.5f, 19f),
            MouthHeight = Between(15f, 18f),
            UpperLip = Between(2.8f, 4.0f),
            LowerLip = Between(3.6f, 5.0f),
            Skin = skin,
            Lips = skin * Between(0.62f, 0.74f),
            Background = Between(0.15f, 0.85f),
            Hair = Between(0.08f, 0.45f),
            HairLine = Between(-64, -54),
            EyeDistance = Between(17, 21),
            EyeHeight = Between(-44, -38),
            NoseLength = Between(-14, -10),
            Beard = male && random.NextDouble() < 0.5 ? Between(0.06f, 0.14f) : 0,
            Light = Between(-0.10f, 0.10f),
            Articulation = Between(0.90f, 1.12f),
            SkinColour = (Between(-0.08f, -0.04f), Between(0.05f, 0.09f)),
            BackgroundColour = (Between(-0.08f, 0.10f), Between(-0.08f, 0.06f)),
        };

        float Between(float low, float high) => low + (high - low) * random.NextSingle();
    }
}
