namespace Microsoft.ML.Avsr.Media;

/// <summary>How <see cref="MediaReader"/> decodes, and what it refuses. The defaults suit spoken clips of up to a few minutes.</summary>
public sealed record MediaReaderOptions
{
    /// <summary>Full path of the ffmpeg executable; null looks for it in the folders of PATH.</summary>
    public string? FfmpegPath { get; init; }

    /// <summary>The longest that decoding one file may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest clip that is decoded; longer ones are refused (read them with <see cref="MediaReader.ReadWindows"/>).</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most frames of one clip or window, at <see cref="FrameRate"/>; clips with more are refused.</summary>
    public int MaxFrames { get; init; } = 36_000;

    /// <summary>The largest width or height in the file, in pixels.</summary>
    public int MaxDimension { get; init; } = 8192;

    /// <summary>Frames with a longer side than this are shrunk to it while decoding; 0 = never. <see cref="VideoClip.SourceScale"/> tells.</summary>
    public int ShrinkTo { get; init; } = 1280;

    /// <summary>The most memory that the frames of one clip may take, in bytes.</summary>
    public int MaxVideoBytes { get; init; } = 1 << 30;

    /// <summary>Samples per second of the result.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>Frames per second of the result; frames are dropped or repeated to reach it.</summary>
    public double FrameRate { get; init; } = 25;

    /// <summary>Whether sound is wanted.</summary>
    public bool ReadAudio { get; init; } = true;

    /// <summary>Whether frames are wanted.</summary>
    public bool ReadVideo { get; init; } = true;

    /// <summary>Which audio track, from 0.</summary>
    public int AudioTrack { get; init; }

    /// <summary>Which video track, from 0; cover pictures do not count.</summary>
    public int VideoTrack { get; init; }

    /// <summary>Whether frames that are marked as interlaced are converted to progressive ones.</summary>
    public bool Deinterlace { get; init; } = true;

    /// <summary>Decoder threads per file. One is best for short clips read side by side.</summary>
    public int DecoderThreads { get; init; } = 1;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    /// <exception cref="ArgumentException">Neither sound nor frames are wanted.</exception>
    internal void Validate()
    {
        Require(Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromDays(7), nameof(Timeout), Timeout, "above 0 and at most 7 days");
        Require(MaxDuration > TimeSpan.Zero && MaxDuration <= TimeSpan.FromDays(7), nameof(MaxDuration), MaxDuration, "above 0 and at most 7 days");
        Require(MaxFrames >= 1, nameof(MaxFrames), MaxFrames, "1 or more");
        Require(MaxDimension is >= 1 and <= 16384, nameof(MaxDimension), MaxDimension, "1 to 16384");
        Require(ShrinkTo is 0 or (>= 16 and <= 16384), nameof(ShrinkTo), ShrinkTo, "0 (never) or 16 to 16384");
        Require(MaxVideoBytes >= 1 << 16, nameof(MaxVideoBytes), MaxVideoBytes, "65536 or more");
        Require(SampleRate is >= 1000 and <= 384000, nameof(SampleRate), SampleRate, "1000 to 384000");
        Require(FrameRate is >= 1 and <= 240, nameof(FrameRate), FrameRate, "1 to 240");
        Require(AudioTrack is >= 0 and < 1000, nameof(AudioTrack), AudioTrack, "0 to 999");
        Require(VideoTrack is >= 0 and < 1000, nameof(VideoTrack), VideoTrack, "0 to 999");
        Require(DecoderThreads is >= 1 and <= 64, nameof(DecoderThreads), DecoderThreads, "1 to 64");
        if (!ReadAudio && !ReadVideo)
            throw new ArgumentException($"{nameof(MediaReaderOptions)}.{nameof(ReadAudio)} and {nameof(ReadVideo)} are both false: nothing would be read. Set one to true.");
    }

    private static void Require(bool holds, string option, object value, string range)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(option, value, $"{nameof(MediaReaderOptions)}.{option} must be {range}.");
    }
}
