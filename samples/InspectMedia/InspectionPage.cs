using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.ML.Avsr.Media;

namespace InspectMedia;

/// <summary>Writes an inspection as one HTML page that needs nothing else: no scripts, no fonts, no files.</summary>
internal static class InspectionPage
{
    /// <summary>Writes a file through a temporary one.</summary>
    /// <param name="path">Where it goes; missing folders are made.</param>
    /// <param name="clip">What it shows.</param>
    public static void Write(string path, ClipInspection clip)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path + ".tmp", Render(clip));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>The page's text.</summary>
    public static string Render(ClipInspection clip)
    {
        var page = new StringBuilder();
        var name = Path.GetFileName(clip.File);
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Append(E(name)).Append("</title>\n<style>\n").Append(PageStyle.Css).Append("\n</style>\n</head>\n<body>\n<main>\n");
        var isSevere = clip.Findings.Any(f => f.IsSevere);
        page.Append("<h1>").Append(E(name)).Append(" <span class=\"badge ").Append(isSevere ? "bad" : clip.Findings.Count > 0 ? "warn" : "good").Append("\">")
            .Append(clip.Region is { Mouth: null } && clip.Clip.Video is not null ? nameof(MediaStatus.NoFace) : clip.Clip.Status.ToString()).Append("</span></h1>\n");
        AppendFindings(page, clip);
        AppendTiles(page, clip);
        var frames = Frames(clip);
        if (frames.Count > 0)
            AppendFrames(page, clip, frames);
        if (clip.Seconds > 0)
        {
            page.Append("<section><h2>Over time</h2>\n<div class=\"scroll\">").Append(new Timeline(clip, frames).Render()).Append("</div>\n")
                .Append("<p class=\"legend\">Dashed lines are the frames shown above. Red in the waveform is clipped. Bars of a face are as high as the detector is certain.</p></section>\n");
        }
        AppendSource(page, clip);
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendFindings(StringBuilder page, ClipInspection clip)
    {
        if (clip.Findings.Count == 0)
        {
            page.Append("<p class=\"lead\">").Append(E(clip.Verdict)).Append("</p>\n");
        }
        else
        {
            page.Append("<ul class=\"findings\">\n");
            foreach (var finding in clip.Findings.OrderByDescending(f => f.IsSevere))
                page.Append("<li class=\"").Append(finding.IsSevere ? "bad" : "warn").Append("\">").Append(E(finding.Text)).Append("</li>\n");
            page.Append("</ul>\n");
        }
        if (clip.IsExcerpt)
            page.Append("<p>The recording is long; this is its first minute.</p>\n");
        if (clip.Region is null && clip.Clip.Video is not null)
            page.Append("<p>Faces were not looked for, because no detector was named: run again with <code>--detector</code>. ").Append(E(YuNetDetector.WhereToGet)).Append("</p>\n");
    }

    private static void AppendTiles(StringBuilder page, ClipInspection clip)
    {
        page.Append("<div class=\"tiles\">");
        Tile($"{clip.Seconds:0.00} s", clip.IsExcerpt ? "shown" : "length");
        if (clip.Clip.Audio is not null)
        {
            Tile($"{clip.Quality.AudioLevel:0.0} dB", "level, of full scale");
            Tile($"{100 * clip.Quality.Clipping:0.##} %", "samples clipped");
        }
        if (clip.Clip.Video is { } video)
        {
            Tile($"{clip.Quality.FrameRate:0.##}", "frames per second, measured");
            Tile($"{video.Width}x{video.Height}", video.SourceScale < 1 ? "pixels, shrunk" : "pixels");
        }
        if (!double.IsNaN(clip.Quality.AudioOffset))
            Tile($"{1000 * clip.Quality.AudioOffset:+0;-0;0} ms", "sound after frames, at the start");
        if (clip.Region is not null)
            Tile($"{100 * clip.Quality.FaceShare:0} %", "of frames have the face");
        if (!double.IsNaN(clip.Quality.FaceScore))
            Tile($"{clip.Quality.FaceScore:0.00}", "mean score");
        if (clip.Places.Count > 0)
            Tile($"{clip.Places.Select(p => p.Side).Order().ElementAt(clip.Places.Count / 2):0} px", "side of the mouth region");
        page.Append("</div>\n");

        void Tile(FormattableString value, string label) =>
            page.Append("<div class=\"tile\"><b>").Append(E(value.ToString(CultureInfo.InvariantCulture))).Append("</b><span>").Append(E(label)).Append("</span></div>");
    }

    private static List<int> Frames(ClipInspection clip)
    {
        if (clip.Clip.Video is not { Frames: > 0 } video)
            return [];
        var count = Math.Min(clip.Options.Frames, video.Frames);
        return [.. Enumerable.Range(0, count).Select(i => (int)((i + 0.5) * video.Frames / count))];
    }

    private static void AppendFrames(StringBuilder page, ClipInspection clip, List<int> frames)
    {
        page.Append("<section><h2>Frames</h2>\n<div class=\"frames\">\n");
        foreach (var frame in frames)
            FramePicture.Append(page, clip, frame);
        page.Append("</div>\n");
        if (clip.Region is not null)
            page.Append("<p class=\"legend\"><span class=\"key face\">face that is used</span><span class=\"key other\">other face</span><span class=\"key square\">mouth region; beside it what the recogniser gets</span></p>");
        page.Append("</section>\n");
    }

    private static void AppendSource(StringBuilder page, ClipInspection clip)
    {
        page.Append("<section><h2>What the file says about itself</h2>\n<table>");
        Row("File", clip.File);
        if (clip.Clip.Source is { } source)
        {
            Row("Container", source.Container);
            Row("Declared length", source.Duration is { } length ? $"{length.TotalSeconds.ToString("0.##", CultureInfo.InvariantCulture)} s" : "not declared");
            Row("Tracks", $"{source.VideoTracks} video, {source.AudioTracks} audio");
            if (source.FrameSize is { } size)
                Row("Declared frames", $"{size.Width}x{size.Height}, {source.FrameRate?.ToString("0.##", CultureInfo.InvariantCulture) ?? "?"} per second{(source.Rotation != 0 ? $", turned by {source.Rotation.ToString(CultureInfo.InvariantCulture)} degrees" : "")}");
            if (source.SampleRate is { } rate)
                Row("Declared samples", $"{rate} per second");
        }
        Row("Status", clip.Clip.Status + (clip.Clip.Problem is null ? "" : $": {clip.Clip.Problem}"));
        page.Append("</table></section>\n");

        void Row(string name, string? value) => page.Append("<tr><th>").Append(E(name)).Append("</th><td>").Append(E(value ?? "")).Append("</td></tr>");
    }

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
