using System.Globalization;
using Microsoft.ML.Avsr.Media;

namespace InspectMedia;

/// <summary>Everything that the page shows of one file.</summary>
internal sealed class ClipInspection
{
    private static readonly TimeSpan s_shownOfLong = TimeSpan.FromMinutes(1);

    private ClipInspection(string file, InspectOptions options, MediaClip clip, bool isExcerpt, MouthRegion? region)
    {
        File = file;
        Options = options;
        Clip = clip;
        IsExcerpt = isExcerpt;
        Region = region;
        Quality = MediaQuality.Measure(clip, region);
        if (region?.Face is { } face && clip.Video is { } video)
            Places = new SteadyMouthLocator(face.Landmarks).Place(video.FrameRate);
        Findings = [.. Judge()];
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What the command line asked for.</summary>
    public InspectOptions Options { get; }

    /// <summary>Sound and frames.</summary>
    public MediaClip Clip { get; }

    /// <summary>Whether only the beginning is shown.</summary>
    public bool IsExcerpt { get; }

    /// <summary>What looking for the mouth gave; null where faces were not looked for.</summary>
    public MouthRegion? Region { get; }

    /// <summary>Where the steady mouth square is in every frame; empty where there is none.</summary>
    public IReadOnlyList<MouthPlacement> Places { get; } = [];

    /// <summary>Signals of quality.</summary>
    public MediaQuality Quality { get; }

    /// <summary>What a person should know, the worst first.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>One sentence.</summary>
    public string Verdict => Findings.Count == 0 ? "Nothing is wrong with this clip." : Findings[0].Text;

    /// <summary>Length of what is shown, in seconds.</summary>
    public double Seconds => Math.Max(Clip.Audio?.Duration.TotalSeconds ?? 0, Clip.Video?.Duration.TotalSeconds ?? 0);

    /// <summary>Reads and examines a file.</summary>
    public static ClipInspection Run(string file, InspectOptions options)
    {
        var reader = new MediaReader();
        var clip = reader.Read(file);
        var isExcerpt = false;
        if (clip.Status == MediaStatus.Refused && clip.Source?.Duration > reader.Options.MaxDuration)
        {
            clip = reader.ReadWindows(file, s_shownOfLong).First().Clip;
            isExcerpt = true;
        }
        MouthRegion? region = null;
        if (options.Detector is { } weights && clip.Video is { } video)
        {
            using var detector = new YuNetDetector(weights);
            region = new FaceMouthLocator(detector, new FaceLocatorOptions
            {
                EveryFrames = video.Frames < 500 ? 2 : 5,
                Choice = options.Speaking ? FaceChoice.MovesWithSound : FaceChoice.Largest,
                Framing = options.MeanFace ? MouthFraming.MeanFace : MouthFraming.EyeDistance,
            }).Locate(video, clip.Audio);
        }
        return new ClipInspection(file, options, clip, isExcerpt, region);
    }

    private IEnumerable<Finding> Judge()
    {
        if (Clip.Status != MediaStatus.Ok)
            yield return new Finding(true, $"{Clip.Status}: {Clip.Problem}");
        if (Region is { Mouth: null })
            yield return new Finding(true, $"NoFace: {Region.Problem}");
        if (Quality.AudioLevel <= MediaQuality.SilenceLevel)
            yield return new Finding(true, "The sound is digital silence.");
        else if (Quality.AudioLevel < -45)
            yield return new Finding(false, Say($"The sound is very quiet: {Quality.AudioLevel:0} dB relative to full scale."));
        if (Quality.Clipping > 0.001)
            yield return new Finding(Quality.Clipping > 0.02, Say($"The sound is clipped: {Quality.Clipping:P1} of its samples are at full scale. Record with less gain."));
        if (Quality.FrameRate < 20)
            yield return new Finding(Quality.FrameRate < 12, Say($"The video has only {Quality.FrameRate:0.#} frames per second; lips need about 25."));
        if (Clip.Source?.FrameRate is { } declared && Math.Abs(declared - Quality.FrameRate) > 0.05 * declared)
            yield return new Finding(false, Say($"The header declares {declared:0.##} frames per second, but {Quality.FrameRate:0.##} were measured."));
        if (Math.Abs(Quality.AudioOffset) > 0.2)
            yield return new Finding(false, Say($"The sound starts {Math.Abs(Quality.AudioOffset):0.00} s {(Quality.AudioOffset > 0 ? "later" : "earlier")} than the frames. They are padded to one start; check that the lips fit."));
        if (Region is { Face: { } face, Mouth: not null })
        {
            if (face.FaceShare < 0.9)
                yield return new Finding(face.FaceShare < 0.5, Say($"The face was found in only {face.FaceShare:P0} of the examined frames; the mouth is a guess in the others."));
            if (face.MeanScore < 0.75)
                yield return new Finding(false, Say($"The detector is unsure of the face: mean score {face.MeanScore:0.00}."));
            var side = Places.Select(p => p.Side).Order().ElementAt(Places.Count / 2);
            if (side < 30)
                yield return new Finding(side < 18, Say($"The mouth is small: its region is {side:0} pixels wide. 50 and more are good."));
            if (Region.Faces.Count > 1)
                yield return new Finding(false, $"{Region.Faces.Count} faces were found; the {(Options.Speaking ? "one that moves with the sound" : "largest")} is used." + (Options.Speaking ? "" : " --speaking takes the one that moves with the sound."));
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
