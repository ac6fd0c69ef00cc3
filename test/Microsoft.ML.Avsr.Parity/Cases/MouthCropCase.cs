using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Media;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Mouth regions from landmarks: <c>04_landmark…</c> and <c>04_mouthcrop…</c>. Which preparation, the tensors say.</summary>
internal sealed class MouthCropCase : ICaseCategory
{
    private const int Side = 96;

    public bool Handles(CaseFolder folder) =>
        folder.Category.StartsWith("04_landmark", StringComparison.Ordinal) || folder.Category.StartsWith("04_mouthcrop", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var names = folder.Tensors("io.safetensors").Entries.Keys.ToHashSet(StringComparer.Ordinal);
        if (names.Contains("align_mouth_box"))
            RunBoxes(folder, check);
        else if (names.Contains("M"))
            RunCentred(folder, names, check);
        else if (names.Contains("transform"))
            RunAhead(folder, names, check);
        else
            RunGaps(folder, names, check);
    }

    private static void RunGaps(CaseFolder folder, HashSet<string> names, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        foreach (var name in names.Where(n => n.EndsWith(".in", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var pattern = name[..^".in".Length];
            var points = (int)io.Entries[name].Shape[1];
            var valid = CaseCheck.Numbers(io.Read(pattern + ".valid")).Select(v => v != 0).ToArray();
            var filled = new FaceLandmarks(Numbers(io, name), points, valid).Interpolate();
            if (names.Contains(pattern + ".out"))
                check.Numeric(pattern + ".out", Numbers(io, pattern + ".out"), filled?.Coordinates.ToArray() ?? [], folder.Tolerance(null));
            else
                check.Same(pattern + ": without a detection", true, filled is null);
        }
    }

    private static void RunBoxes(CaseFolder folder, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var centres = Numbers(io, "center_xy");
        var clamped = Numbers(io, "align_mouth_box");
        var cut = Numbers(io, "auto_avsr_box");
        for (var i = 0; i < centres.Length / 2; i++)
        {
            var (x, y) = (centres[2 * i], centres[2 * i + 1]);
            check.Sequence($"align_mouth_box of {x}, {y}", clamped.Skip(4 * i).Take(4), Box(MouthAligner.ClampedBox(x, y)));
            check.Sequence($"auto_avsr_box of {x}, {y}", cut.Skip(4 * i).Take(4), MouthAligner.CutBox(x, y) is { } box ? Box(box) : [-1, -1, -1, -1]);
        }
    }

    /// <summary>auto_avsr's preparation: centred smoothing, robust fit.</summary>
    private static void RunCentred(CaseFolder folder, HashSet<string> names, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var source = Source(folder);
        var own = names.Contains("landmarks4") ? "landmarks4" : "landmarks";
        var landmarkFile = names.Contains(own) ? io : source.Tensors("io.safetensors");
        var points = (int)landmarkFile.Entries[own].Shape[1];
        var landmarks = new FaceLandmarks(Numbers(landmarkFile, own), points);
        var tolerance = folder.Tolerance("transform_abs", folder.Tolerance("transform_abs_where_exhaustive_agrees", new Tolerance(1e-3)));
        var agrees = Numbers(io, "exhaustive.agrees");
        var placements = MouthAligner.Align(landmarks, MouthAlignment.AutoAvsr, Face(folder, source));
        for (var t = 0; t < landmarks.Frames; t++)
        {
            var smoothed = MouthAligner.SmoothCentred(landmarks, t);
            check.Numeric($"smoothed_landmarks[{t}]", Part(io, "smoothed_landmarks", t, 2 * points), smoothed, new Tolerance(1e-9));
            var transform = placements[t].Transform;
            check.Numeric($"exhaustive.M[{t}]", Part(io, "exhaustive.M", t, 6), Matrix(transform), tolerance);
            if (agrees[t] == 0)
                continue; // OpenCV tries a few random pairs only and settled on other points here
            check.Numeric($"M[{t}]", Part(io, "M", t, 6), Matrix(transform), tolerance);
            if (names.Contains("landmarks_transformed"))
                check.Numeric($"landmarks_transformed[{t}]", Part(io, "landmarks_transformed", t, 2 * points), Moved(transform, smoothed), tolerance with { Absolute = 300 * tolerance.Absolute });
        }
        if (!names.Contains("patches_gray"))
            return;
        var crop = new LandmarkLocator(landmarks, MouthAlignment.AutoAvsr, Face(folder, source)).Crop(Grey(source), out var problem);
        check.Same("problem", null, problem);
        var pixels = folder.Tolerance("patch_u8_abs") with { Mean = folder.Root.GetProperty("tolerance").Find("patch_u8_mean_abs")?.GetDouble() };
        for (var t = 0; crop is not null && t < landmarks.Frames; t++)
        {
            if (agrees[t] != 0)
                check.Numeric($"patches_gray[{t}]", Part(io, "patches_gray", t, Side * Side), [.. crop.Frame(t).ToArray().Select(p => (double)p)], pixels);
        }
    }

    /// <summary>AV-HuBERT's preparation: the mean of the next frames, least squares.</summary>
    private static void RunAhead(CaseFolder folder, HashSet<string> names, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var source = Source(folder);
        var face = Face(folder, source);
        var frames = (int)io.Entries["center_xy"].Shape[0];
        var shared = source.Tensors("io.safetensors");
        var points = (int)shared.Entries["landmarks"].Shape[1];
        var landmarks = new FaceLandmarks(Numbers(shared, "landmarks").AsMemory(0, frames * points * 2), points);
        var placements = MouthAligner.Align(landmarks, MouthAlignment.AvHubert, face);
        var transforms = (int)io.Entries["transform"].Shape[0];
        for (var t = 0; t < frames; t++)
        {
            var place = placements[t];
            check.Numeric($"transform[{t}]", Part(io, "transform", Math.Min(t, transforms - 1), 9)[..6], Matrix(place.Transform), folder.Tolerance("transform_abs"));
            check.Numeric($"center_xy[{t}]", Part(io, "center_xy", t, 2), [place.CentreX, place.CentreY], folder.Tolerance("landmarks_abs", new Tolerance(1e-5)));
            check.Sequence($"box_y0y1x0x1[{t}]", Part(io, "box_y0y1x0x1", t, 4), Box(MouthAligner.ClampedBox(place.CentreX, place.CentreY)));
            if (names.Contains("mouth_landmarks_transformed"))
            {
                check.Numeric($"mouth_landmarks_transformed[{t}]", Part(io, "mouth_landmarks_transformed", t, 40),
                    Moved(place.Transform, landmarks.Frame(t)[(48 * 2)..].ToArray()), folder.Tolerance("landmarks_abs", new Tolerance(1e-5)));
            }
        }
        var stored = names.Contains("patches_rgb") ? "patches_rgb" : "patches_rgb_first_last";
        var patches = io.Read(stored); // [patches, 96, 96, 3]
        for (var channel = 0; channel < 3; channel++)
        {
            var crop = new LandmarkLocator(landmarks, MouthAlignment.AvHubert, face).Crop(Channel(source, frames, channel), out var problem);
            check.Same("problem", null, problem);
            for (var slot = 0; crop is not null && slot < patches.shape[0]; slot++)
            {
                var t = stored == "patches_rgb" || slot == 0 ? slot : frames - 1;
                check.Numeric($"{stored}[{slot}], colour {channel}", CaseCheck.Numbers(patches[slot].select(2, channel)),
                    [.. crop.Frame(t).ToArray().Select(p => (double)p)], folder.Tolerance("patch_u8_abs"));
            }
        }
    }

    /// <summary>The case that holds the frames: this one, or the one that <c>config.frames</c> names.</summary>
    private static CaseFolder Source(CaseFolder folder) =>
        folder.Config.Find("frames") is { ValueKind: System.Text.Json.JsonValueKind.String } frames
            ? folder.Other(frames.GetString()!.Split(' ').First(w => w.StartsWith("04_", StringComparison.Ordinal)))
            : folder;

    private static double[] Face(CaseFolder folder, CaseFolder source)
    {
        var file = Directory.GetFiles(folder.Location, "*mean_face.npy").Concat(Directory.GetFiles(source.Location, "*mean_face.npy")).FirstOrDefault();
        if (file is null)
            return MeanFace.Points.ToArray();
        var bytes = File.ReadAllBytes(file);
        var header = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        if (!System.Text.Encoding.ASCII.GetString(bytes, 10, header).Contains("'<f8'", StringComparison.Ordinal))
            throw new InvalidDataException($"{Path.GetFileName(file)} is no float64 array.");
        return MemoryMarshal.Cast<byte, double>(bytes.AsSpan(10 + header)).ToArray();
    }

    // OpenCV's conversion: fixed-point weights of 14 bits.
    private static VideoClip Grey(CaseFolder source)
    {
        var (rgb, shape) = Frames(source);
        var grey = new byte[rgb.Length / 3];
        for (var i = 0; i < grey.Length; i++)
            grey[i] = (byte)((rgb[3 * i] * 4899 + rgb[3 * i + 1] * 9617 + rgb[3 * i + 2] * 1868 + 8192) >> 14);
        return new VideoClip(grey, (int)shape[0], (int)shape[1], (int)shape[2], 25);
    }

    private static VideoClip Channel(CaseFolder source, int frames, int channel)
    {
        var (rgb, shape) = Frames(source);
        var pixels = new byte[frames * shape[1] * shape[2]];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = rgb[3 * i + channel];
        return new VideoClip(pixels, frames, (int)shape[1], (int)shape[2], 25);
    }

    private static (byte[] Rgb, long[] Shape) Frames(CaseFolder source)
    {
        var frames = source.Tensors("io.safetensors").Read("frames_rgb"); // [frames, height, width, 3]
        return (frames.data<byte>().ToArray(), frames.shape);
    }

    private static double[] Numbers(SafetensorsReader io, string name) => CaseCheck.Numbers(io.Read(name));

    private static double[] Part(SafetensorsReader io, string name, int index, int count) => Numbers(io, name).AsSpan(index * count, count).ToArray();

    // Rows of the 2x3 matrix.
    private static double[] Matrix(SimilarityTransform t) => [t.A, -t.B, t.ShiftX, t.B, t.A, t.ShiftY];

    private static double[] Box((int Top, int Bottom, int Left, int Right) box) => [box.Top, box.Bottom, box.Left, box.Right];

    private static double[] Moved(SimilarityTransform transform, double[] points)
    {
        var moved = new double[points.Length];
        for (var i = 0; i < points.Length; i += 2)
            (moved[i], moved[i + 1]) = transform.Apply(points[i], points[i + 1]);
        return moved;
    }
}
