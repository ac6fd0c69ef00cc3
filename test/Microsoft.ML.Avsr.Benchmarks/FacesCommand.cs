using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>
/// Finds faces and mouths in all clips of a CSV file by itself: share of frames with a face, how large and how steady the mouth regions
/// are, and how far their centres lie from points measured otherwise.
/// </summary>
internal static class FacesCommand
{
    private const string Usage = """
        faces CLIPS.csv --weights YUNET.onnx [--points POINTS.csv] [--every N] [--write CENTRES.csv]
          CLIPS.csv    has a column "path", relative to the file
          POINTS.csv   mouth centres measured otherwise: path,frame,x,y
          CENTRES.csv  receives path,frame,x,y,side,angle of every tenth frame
        """;

    private const double LeastShare = 0.98;
    private const double MostDistance = 6; // pixels

    /// <summary>Runs it.</summary>
    /// <returns>0 when every clip has a mouth, the share of frames with a face is 98 % or more and all centres are near.</returns>
    public static int Run(string[] arguments)
    {
        if (arguments.Length == 0 || Option("--weights") is not { } weights)
        {
            Console.WriteLine(Usage);
            return 2;
        }
        using var detector = new YuNetDetector(weights);
        var locator = new FaceMouthLocator(detector, new FaceLocatorOptions { EveryFrames = int.Parse(Option("--every") ?? "5", CultureInfo.InvariantCulture) });
        var points = ReadPoints(Option("--points"));
        using var centres = Option("--write") is { } file ? new StreamWriter(file) : null;
        centres?.WriteLine("path,frame,x,y,side,angle");
        var folder = Path.GetDirectoryName(Path.GetFullPath(arguments[0]))!;
        var paths = File.ReadLines(arguments[0]).Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')[0]).ToList();

        var clock = Stopwatch.StartNew();
        var seconds = 0.0;
        var without = new List<string>();
        var several = 0;
        List<double> shares = [], scores = [], eyes = [], sides = [], steps = [], travels = [], distances = [], clips = [];
        foreach (var (path, clip) in paths.Zip(new MediaReader().ReadMany(paths.Select(p => Path.Combine(folder, p)))))
        {
            seconds += clip.Video?.Duration.TotalSeconds ?? 0;
            var region = clip.Video is null ? new MouthRegion { Problem = clip.Problem } : locator.Locate(clip.Video, clip.Audio);
            shares.Add(region.Face?.FaceShare ?? 0);
            if (region.Mouth is null)
            {
                without.Add($"{path}: {region.Problem}");
                continue;
            }
            several += region.Faces.Count > 1 ? 1 : 0;
            scores.Add(region.Face!.MeanScore);
            var landmarks = region.Face.Landmarks;
            var places = new SteadyMouthLocator(landmarks).Place(clip.Video!.FrameRate);
            eyes.Add(Median(Enumerable.Range(0, landmarks.Frames).Select(t => EyeDistance(landmarks.Frame(t)))));
            sides.Add(Median(places.Select(p => p.Side)));
            steps.AddRange(places.Zip(places.Skip(1), Distance));
            travels.Add(places.Max(p => Distance(places[0], p)));
            for (var t = 0; t < places.Length; t += 10)
                centres?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path},{t},{places[t].CentreX:0.00},{places[t].CentreY:0.00},{places[t].Side:0.00},{places[t].Angle:0.0000}"));
            var measured = points.GetValueOrDefault(path, []);
            if (measured.Count > 0)
                clips.Add(Distance(new MouthPlacement(measured.Average(m => places[m.Frame].CentreX), measured.Average(m => places[m.Frame].CentreY), 0, 0),
                    new MouthPlacement(measured.Average(m => m.X), measured.Average(m => m.Y), 0, 0)));
            foreach (var (frame, x, y) in measured)
            {
                var distance = Distance(places[frame], new MouthPlacement(x, y, 0, 0));
                distances.Add(distance);
                if (distance > MostDistance)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {path}, frame {frame}: {distance:0.0} pixels from the measured mouth"));
            }
        }
        Line("clips", $"{paths.Count}, {seconds:0} s, in {clock.Elapsed.TotalSeconds:0} s ({seconds / clock.Elapsed.TotalSeconds:0.0} times real time: decoding, detection and cropping on {Environment.ProcessorCount} processors)");
        Line("clips without a mouth", $"{without.Count}");
        foreach (var line in without)
            Console.WriteLine("  " + line);
        if (scores.Count == 0)
            return 1;
        Line("frames with a face", $"{shares.Average():P2} of the examined ones; least of a clip {shares.Min():P1}");
        Line("clips with several", $"{several}");
        Line("score", $"mean {scores.Average():0.00}, least {scores.Min():0.00}");
        Line("eye distance", $"median {Median(eyes):0.0} pixels, {eyes.Min():0.0} to {eyes.Max():0.0} over clips");
        Line("side of the region", $"median {Median(sides):0.0} pixels, {sides.Min():0.0} to {sides.Max():0.0} over clips");
        Line("steadiness", $"{steps.Average():0.00} pixels from frame to frame, largest {steps.Max():0.0}; {travels.Average():0.0} within a clip, largest {travels.Max():0.0}");
        if (distances.Count > 0)
            Line("distance to measured", $"mean {distances.Average():0.0} pixels, largest {distances.Max():0.0}, {distances.Count(d => d > MostDistance)} of {distances.Count} above {MostDistance}");
        if (clips.Count > 0)
            Line("the same, of clip means", $"mean {clips.Average():0.0} pixels, largest {clips.Max():0.0}, {clips.Count} clips");
        return without.Count == 0 && shares.Average() >= LeastShare && distances.All(d => d <= MostDistance) ? 0 : 1;

        string? Option(string name) => Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    private static Dictionary<string, List<(int Frame, double X, double Y)>> ReadPoints(string? path)
    {
        var result = new Dictionary<string, List<(int, double, double)>>();
        foreach (var parts in path is null ? [] : File.ReadLines(path).Skip(1).Select(l => l.Split(',')))
        {
            if (!result.TryGetValue(parts[0], out var list))
                result[parts[0]] = list = [];
            list.Add((int.Parse(parts[1], CultureInfo.InvariantCulture), double.Parse(parts[2], CultureInfo.InvariantCulture), double.Parse(parts[3], CultureInfo.InvariantCulture)));
        }
        return result;
    }

    private static double EyeDistance(ReadOnlySpan<double> points) => Math.Sqrt(Math.Pow(points[2] - points[0], 2) + Math.Pow(points[3] - points[1], 2));

    private static double Distance(MouthPlacement a, MouthPlacement b) => Math.Sqrt(Math.Pow(a.CentreX - b.CentreX, 2) + Math.Pow(a.CentreY - b.CentreY, 2));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static void Line(string name, FormattableString text) => Console.WriteLine($"{name,-24} {text.ToString(CultureInfo.InvariantCulture)}");
}
