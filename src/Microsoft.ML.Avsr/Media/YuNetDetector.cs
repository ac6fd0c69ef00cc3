using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// The face detector YuNet, with five points per face. Its weights are not part of this package: <see cref="WhereToGet"/> says where
/// they are. Can be used by several threads.
/// </summary>
public sealed class YuNetDetector : IFaceDetector, IDisposable
{
    /// <summary>Where the weights come from.</summary>
    public const string WhereToGet =
        "YuNet's weights are the file onnx/yunet_n_dynamic.onnx of github.com/ShiqiYu/libfacedetection.train " +
        "(SHA-256 104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12); yunet_n_320_320.onnx there holds the same numbers. " +
        "WeightsDownload.ToFolderAsync(DownloadableWeights.YuNet, folder) fetches the file and checks its hash.";

    // Few: the system maps and clears large blocks of memory anew in every run, which takes longer than the arithmetic.
    private const int FramesPerRun = 4;
    private const double SameFace = 0.5; // overlap with its mirror image
    private const double NmsOverlap = 0.3; // as published

    // The network puts mouth corners above the middle of the lips, by this share of the distance between the eyes: the mean over five speakers of
    // GRID against the lips of MediaPipe's face mesh (0.06 to 0.16). Uncorrected, the lower lip comes near the edge of the mouth region.
    private const double MouthCorrection = 0.12;

    private static readonly int[] s_strides = [8, 16, 32];

    private readonly YuNetNetwork _network;
    private readonly int _side;
    private readonly double _minimumScore;

    /// <summary>Loads the weights.</summary>
    /// <param name="path">YuNet's ONNX file; only its numbers are read.</param>
    /// <param name="side">Frames are shrunk so that their longer side has this many pixels, 64 to 2048. Faces below 10 pixels are then missed.</param>
    /// <param name="minimumScore">Less certain faces are dropped, 0 to 1.</param>
    /// <exception cref="MediaException">The file is missing or not YuNet.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public YuNetDetector(string path, int side = 320, double minimumScore = 0.6)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (side is < 64 or > 2048)
            throw new ArgumentOutOfRangeException(nameof(side), side, "Must be 64 to 2048.");
        if (!(minimumScore is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(minimumScore), minimumScore, "Must be above 0 and at most 1.");
        if (!File.Exists(path))
            throw new MediaException($"There are no face detector weights at '{path}'. {WhereToGet}");
        _network = new YuNetNetwork(new YuNetWeights(path));
        _network.eval();
        _side = side;
        _minimumScore = minimumScore;
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<FaceDetection>> Detect(VideoClip video, IReadOnlyList<int> frames)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(frames);
        var result = new List<IReadOnlyList<FaceDetection>>(frames.Count);
        // Only shrink: enlarging adds nothing that the network could use.
        var scale = Math.Min(1.0, (double)_side / Math.Max(video.Width, video.Height));
        int width = Math.Max(1, (int)Math.Round(video.Width * scale)), height = Math.Max(1, (int)Math.Round(video.Height * scale));
        int paddedWidth = (width + 31) / 32 * 32, paddedHeight = (height + 31) / 32 * 32;
        var whole = new MouthBox(0, 0, video.Width, video.Height);
        var small = new byte[width * height];
        var batch = new float[2 * Math.Min(FramesPerRun, frames.Count) * paddedHeight * paddedWidth]; // [2 x frames, 1, paddedHeight, paddedWidth], black beyond the frame
        for (var first = 0; first < frames.Count; first += FramesPerRun)
        {
            var count = Math.Min(FramesPerRun, frames.Count - first);
            var input = count == FramesPerRun ? batch : batch[..(2 * count * paddedHeight * paddedWidth)];
            for (var i = 0; i < count; i++)
            {
                FrameResampler.Crop(video.Frame(frames[first + i]), video.Width, video.Height, whole, small, width);
                for (var y = 0; y < height; y++)
                {
                    var row = input.AsSpan((2 * i * paddedHeight + y) * paddedWidth, width);
                    var mirrored = input.AsSpan(((2 * i + 1) * paddedHeight + y) * paddedWidth, width);
                    for (var x = 0; x < width; x++)
                        row[x] = mirrored[width - 1 - x] = small[y * width + x];
                }
            }
            var output = Run(input, 2 * count, paddedHeight, paddedWidth);
            var size = output.Length / (2 * count);
            double scaleX = (double)video.Width / width, scaleY = (double)video.Height / height;
            for (var i = 0; i < count; i++)
            {
                var faces = Suppress(Decode(output.AsSpan(2 * i * size, size), paddedHeight, paddedWidth, scaleX, scaleY));
                var mirrored = Suppress(Decode(output.AsSpan((2 * i + 1) * size, size), paddedHeight, paddedWidth, scaleX, scaleY));
                result.Add(faces.ConvertAll(face => WithMirrored(face, mirrored, video.Width)));
            }
        }
        return result;
    }

    // The network's points are off by some pixels to one side, differently for every face and place. In the mirror image they are off to the
    // other side: the mean of both is about half as far off.
    private static FaceDetection WithMirrored(FaceDetection face, List<FaceDetection> mirrored, double width)
    {
        foreach (var found in mirrored)
        {
            double[] points = new double[10]; // [5, 2]
            for (var k = 0; k < 5; k++)
            {
                var same = k switch { 0 => 1, 1 => 0, 3 => 4, 4 => 3, _ => 2 }; // left is right in the mirror
                points[2 * k] = (face.Points[2 * k] + width - found.Points[2 * same]) / 2;
                points[2 * k + 1] = (face.Points[2 * k + 1] + found.Points[2 * same + 1]) / 2;
            }
            var there = found with { X = width - found.X - found.Width };
            if (there.Overlap(face) >= SameFace)
            {
                return new FaceDetection((face.X + there.X) / 2, (face.Y + there.Y) / 2, (face.Width + there.Width) / 2, (face.Height + there.Height) / 2,
                    (face.Score + there.Score) / 2, points);
            }
        }
        return face;
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private float[] Run(float[] input, int count, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var frames = tensor(input, [count, 1, height, width]);
        var output = _network.call(frames).contiguous(); // [count, 16, positions]
        using var values = output.data<float>();
        return values.ToArray();
    }

    private List<FaceDetection> Decode(ReadOnlySpan<float> output, int height, int width, double scaleX, double scaleY)
    {
        var positions = output.Length / 16;
        var faces = new List<FaceDetection>();
        var at = 0;
        foreach (var stride in s_strides)
        {
            for (var row = 0; row < height / stride; row++)
            {
                for (var column = 0; column < width / stride; column++, at++)
                {
                    var score = Math.Sqrt(Sigmoid(output[at]) * Sigmoid(output[positions + at]));
                    if (!(score >= _minimumScore))
                        continue;
                    var centreX = (column + output[2 * positions + at]) * stride;
                    var centreY = (row + output[3 * positions + at]) * stride;
                    var faceWidth = Math.Exp(output[4 * positions + at]) * stride;
                    var faceHeight = Math.Exp(output[5 * positions + at]) * stride;
                    var points = new double[10]; // [5, 2]
                    for (var k = 0; k < 5; k++)
                    {
                        points[2 * k] = (output[(6 + 2 * k) * positions + at] + column) * stride * scaleX;
                        points[2 * k + 1] = (output[(7 + 2 * k) * positions + at] + row) * stride * scaleY;
                    }
                    LowerMouth(points);
                    faces.Add(new FaceDetection((centreX - faceWidth / 2) * scaleX, (centreY - faceHeight / 2) * scaleY, faceWidth * scaleX, faceHeight * scaleY, score, points));
                }
            }
        }
        return faces;
    }

    // Moves the mouth's corners away from the eyes, at right angles to the line between the eyes.
    private static void LowerMouth(double[] points)
    {
        double x = points[2] - points[0], y = points[3] - points[1];
        for (var k = 3; k < 5; k++)
        {
            points[2 * k] -= MouthCorrection * y;
            points[2 * k + 1] += MouthCorrection * x;
        }
    }

    // Of faces that overlap, the most certain stays.
    private static List<FaceDetection> Suppress(List<FaceDetection> faces)
    {
        var kept = new List<FaceDetection>();
        foreach (var face in faces.OrderByDescending(f => f.Score))
        {
            if (kept.TrueForAll(k => k.Overlap(face) <= NmsOverlap))
                kept.Add(face);
        }
        return kept;
    }

    private static double Sigmoid(float x) => 1 / (1 + Math.Exp(-x));
}
