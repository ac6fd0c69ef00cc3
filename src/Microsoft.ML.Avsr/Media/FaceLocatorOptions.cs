namespace Microsoft.ML.Avsr.Media;

/// <summary>How <see cref="FaceMouthLocator"/> finds, chooses and frames a mouth.</summary>
public sealed record FaceLocatorOptions
{
    /// <summary>Detect in every n-th frame, 1 to 100; points between are interpolated.</summary>
    public int EveryFrames { get; init; } = 5;

    /// <summary>Clips whose face is found in fewer of the examined frames have no result, 0 to 1.</summary>
    public double MinimumShare { get; init; } = 0.1;

    /// <summary>Which of several faces is used.</summary>
    public FaceChoice Choice { get; init; }

    /// <summary>How large the region is. Use <see cref="MouthFraming.MeanFace"/> with published visual encoders.</summary>
    public MouthFraming Framing { get; init; }

    /// <summary>
    /// Side of the region in distances between the eyes, 0.5 to 5, for <see cref="MouthFraming.EyeDistance"/>. With 1.2 the mouth takes about
    /// 70 % of the width, with which small encoders learn well from scratch.
    /// </summary>
    public double SideInEyeDistances { get; init; } = 1.2;

    /// <summary>Time over which place, size and slope are averaged for <see cref="MouthFraming.EyeDistance"/>, 0 (not at all) to 1 hour.</summary>
    public TimeSpan Smoothing { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The locator that cuts the mouth out once the face's points are known.</summary>
    internal IMouthRegionLocator Framed(FaceLandmarks landmarks) =>
        Framing == MouthFraming.MeanFace ? new LandmarkLocator(landmarks) : new SteadyMouthLocator(landmarks, SideInEyeDistances, Smoothing);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    internal FaceLocatorOptions Validate()
    {
        Require(EveryFrames is >= 1 and <= 100, nameof(EveryFrames), EveryFrames, "1 to 100");
        Require(MinimumShare is >= 0 and <= 1, nameof(MinimumShare), MinimumShare, "0 to 1");
        Require(Enum.IsDefined(Choice), nameof(Choice), Choice, "one of " + string.Join(", ", Enum.GetNames<FaceChoice>()));
        Require(Enum.IsDefined(Framing), nameof(Framing), Framing, "one of " + string.Join(", ", Enum.GetNames<MouthFraming>()));
        Require(SideInEyeDistances is >= 0.5 and <= 5, nameof(SideInEyeDistances), SideInEyeDistances, "0.5 to 5");
        Require(Smoothing >= TimeSpan.Zero && Smoothing <= TimeSpan.FromHours(1), nameof(Smoothing), Smoothing, "0 to 1 hour");
        return this;
    }

    private static void Require(bool holds, string option, object value, string range)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(option, value, $"{nameof(FaceLocatorOptions)}.{option} must be {range}.");
    }
}
