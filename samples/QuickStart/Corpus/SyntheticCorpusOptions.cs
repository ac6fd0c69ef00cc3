namespace QuickStart.Corpus;

/// <summary>How large the generated corpus is and what it varies. Equal options give an equal corpus.</summary>
public sealed record SyntheticCorpusOptions
{
    /// <summary>Clips in the split "train".</summary>
    public int TrainClips { get; init; } = 480;

    /// <summary>Clips in the split "test"; their sentences never occur in training.</summary>
    public int TestClips { get; init; } = 80;

    /// <summary>Speakers (voice and face) that occur in training, 1 to 10.</summary>
    public int TrainSpeakers { get; init; } = 4;

    /// <summary>Speakers that occur in the test split only, 0 to 4; they speak a quarter of it.</summary>
    public int UnseenSpeakers { get; init; } = 1;

    /// <summary>Seed of everything that is drawn by chance.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Clips that are made side by side; 0 = as many as there are cores. It does not change the result.</summary>
    public int Parallelism { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    internal void Validate()
    {
        Require(TrainClips is >= 0 and <= 20000, nameof(TrainClips), TrainClips, "0 to 20000");
        Require(TestClips is >= 0 and <= 20000, nameof(TestClips), TestClips, "0 to 20000");
        Require(TrainSpeakers is >= 1 and <= Speaker.MaxSeen, nameof(TrainSpeakers), TrainSpeakers, $"1 to {Speaker.MaxSeen}");
        Require(UnseenSpeakers is >= 0 and <= Speaker.MaxUnseen, nameof(UnseenSpeakers), UnseenSpeakers, $"0 to {Speaker.MaxUnseen}");
        Require(Parallelism is >= 0 and <= 64, nameof(Parallelism), Parallelism, "0 to 64");
    }

    private static void Require(bool holds, string option, object value, string range)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(option, value, $"{nameof(SyntheticCorpusOptions)}.{option} must be {range}.");
    }
}
