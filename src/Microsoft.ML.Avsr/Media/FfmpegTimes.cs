using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// When the frames and the sound of each input really come. Headers can lie or say nothing, so filters that change nothing print the
/// time stamps of every eighth frame and of the first sound.
/// </summary>
internal sealed partial class FfmpegTimes
{
    private const int EveryFrames = 8;
    private const double Track = 1e6; // printed numbers are Track x number of the track + seconds

    private readonly Dictionary<int, (double First, double Last, int Count)> _tracks = [];

    /// <summary>Prints times of the frames of an input.</summary>
    internal static string VideoFilter(int input) => string.Create(CultureInfo.InvariantCulture, $"setpts='if(mod(N,{EveryFrames}),PTS,PTS+0*print(T+{2 * input}*{Track}))'");

    /// <summary>Prints the time of the first sound of an input. N counts samples here.</summary>
    internal static string AudioFilter(int input) => string.Create(CultureInfo.InvariantCulture, $"asetpts='if(N,PTS,PTS+0*print(T+{2 * input + 1}*{Track}))'");

    /// <summary>Reads a message.</summary>
    /// <returns>Whether it was a time.</returns>
    internal bool Add(string line)
    {
        if (TimePattern().Match(line) is not { Success: true } match
            || !double.TryParse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(Math.Abs(value) < 1e9))
            return false;
        var track = (int)Math.Round(value / Track);
        var time = Math.Round(value - track * Track, 6); // as printed
        _tracks[track] = _tracks.TryGetValue(track, out var before) ? (before.First, time, before.Count + 1) : (time, time, 1);
        return true;
    }

    /// <summary>What is known of an input, added to its description.</summary>
    internal MediaSourceInfo Complete(MediaSourceInfo source, int input)
    {
        var hasVideo = _tracks.TryGetValue(2 * input, out var video);
        var hasAudio = _tracks.TryGetValue(2 * input + 1, out var audio);
        return source with
        {
            MeasuredFrameRate = hasVideo && video.Last - video.First > 1e-3 ? (video.Count - 1) * EveryFrames / (video.Last - video.First) : null,
            AudioOffset = hasVideo && hasAudio ? TimeSpan.FromSeconds(audio.First - video.First) : null,
        };
    }

    // Nothing else prints a bare number: titles and comments of a file are indented and follow their names.
    [GeneratedRegex(@"^(?:\[Eval @ 0x[0-9a-f]+\] )?\[info\] (-?\d+\.\d+)$")]
    private static partial Regex TimePattern();
}
