using System.Globalization;
using System.Text;
using Microsoft.ML.Avsr.Media;

namespace InspectMedia;

/// <summary>One frame with faces and mouth drawn over it, and the mouth as the recogniser gets it.</summary>
internal static class FramePicture
{
    private const int Side = 320; // longest side of a shown frame

    /// <summary>Appends the picture.</summary>
    public static void Append(StringBuilder page, ClipInspection clip, int frame)
    {
        var video = clip.Clip.Video!;
        var (pixels, width, height) = Shrink(video, frame);
        var scale = (double)width / video.Width * video.SourceScale; // source pixels to shown ones
        page.Append("<figure class=\"frame\"><svg viewBox=\"0 0 ").Append(width).Append(' ').Append(height).Append("\" width=\"").Append(width).Append("\" role=\"img\" aria-label=\"frame ")
            .Append(frame).Append("\"><image width=\"").Append(width).Append("\" height=\"").Append(height).Append("\" href=\"").Append(PngImage.Grey(pixels, width, height)).Append("\"/>");
        foreach (var face in clip.Region?.Faces ?? [])
            Face(page, face, ReferenceEquals(face, clip.Region!.Face), frame, scale, clip);
        page.Append("</svg>");
        if (clip.Region?.Mouth is { } mouth)
            page.Append("<img class=\"mouth\" alt=\"mouth\" width=\"96\" height=\"96\" src=\"").Append(PngImage.Grey(mouth.Frame(frame), 96, 96)).Append("\">");
        page.Append("<figcaption>").Append(Number(frame / video.FrameRate, "0.00")).Append(" s");
        if (clip.Region is not null)
            page.Append(Caption(clip, frame));
        page.Append("</figcaption></figure>\n");
    }

    private static string Caption(ClipInspection clip, int frame)
    {
        if (clip.Region!.Face is not { } chosen)
            return ", no face";
        var nearest = chosen.Detections.MinBy(d => Math.Abs(d.Frame - frame));
        return Math.Abs(nearest.Frame - frame) <= 5 ? $", score {Number(nearest.Face.Score, "0.00")}" : ", not detected here";
    }

    private static void Face(StringBuilder page, FaceTrack track, bool isChosen, int frame, double scale, ClipInspection clip)
    {
        var (nearest, face) = track.Detections.MinBy(d => Math.Abs(d.Frame - frame));
        var isNear = Math.Abs(nearest - frame) <= 5;
        if (isNear)
        {
            page.Append("<rect class=\"").Append(isChosen ? "face" : "other").Append("\" x=\"").Append(Number(face.X * scale)).Append("\" y=\"").Append(Number(face.Y * scale))
                .Append("\" width=\"").Append(Number(face.Width * scale)).Append("\" height=\"").Append(Number(face.Height * scale)).Append("\"/>");
        }
        if (!isChosen)
            return;
        var points = track.Landmarks.Frame(frame);
        for (var k = 0; isNear && k < points.Length; k += 2)
            page.Append("<circle class=\"point\" r=\"2\" cx=\"").Append(Number(points[k] * scale)).Append("\" cy=\"").Append(Number(points[k + 1] * scale)).Append("\"/>");
        if (clip.Options.MeanFace || frame >= clip.Places.Count)
            return;
        var place = clip.Places[frame];
        var half = place.Side * scale / 2;
        page.Append("<rect class=\"").Append(isNear ? "square" : "square guess").Append("\" x=\"").Append(Number(-half)).Append("\" y=\"").Append(Number(-half)).Append("\" width=\"").Append(Number(2 * half))
            .Append("\" height=\"").Append(Number(2 * half)).Append("\" transform=\"translate(").Append(Number(place.CentreX * scale)).Append(' ').Append(Number(place.CentreY * scale))
            .Append(") rotate(").Append(Number(place.Angle * 180 / Math.PI)).Append(")\"/>");
    }

    private static (byte[] Pixels, int Width, int Height) Shrink(VideoClip video, int frame)
    {
        var factor = Math.Max(1, (int)Math.Ceiling(Math.Max(video.Width, video.Height) / (double)Side));
        int width = Math.Max(1, video.Width / factor), height = Math.Max(1, video.Height / factor);
        var source = video.Frame(frame);
        var pixels = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = 0;
                for (var j = 0; j < factor && y * factor + j < video.Height; j++)
                    for (var i = 0; i < factor && x * factor + i < video.Width; i++)
                        sum += source[(y * factor + j) * video.Width + x * factor + i];
                pixels[y * width + x] = (byte)Math.Min(255, sum / (factor * factor));
            }
        }
        return (pixels, width, height);
    }

    private static string Number(double value, string format = "0.#") => value.ToString(format, CultureInfo.InvariantCulture);
}
