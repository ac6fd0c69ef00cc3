using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// The audio features of AV-HuBERT: 26 log filterbank energies every 10 ms (python_speech_features' <c>logfbank</c>: pre-emphasis 0.97, 25 ms
/// rectangular frames, 512-point FFT), four frames stacked to 104 numbers at 25 per second, each row normalised.
/// </summary>
public static class LogFilterbank
{
    /// <summary>Filters per frame.</summary>
    public const int Filters = 26;

    /// <summary>Frames per row.</summary>
    public const int StackSize = 4;

    /// <summary>Numbers per row.</summary>
    public const int RowWidth = Filters * StackSize;

    private const int SampleRate = 16000;
    private const int FrameSamples = 400;
    private const int HopSamples = 160;
    private const int FftSize = 512;
    private const int Bins = (FftSize / 2) + 1;
    private const float PreEmphasis = 0.97f;
    private const double SmallestEnergy = 2.220446049250313e-16;

    /// <summary>Log energies of one clip.</summary>
    /// <param name="samples">Mono samples at 16 kHz. Llama-AVSR gives values in [-1, 1], AV-HuBERT 16-bit values: a constant shift that the row norm removes.</param>
    /// <returns>float32 [frames, 26], in the caller's dispose scope; at least one frame.</returns>
    /// <exception cref="ArgumentException">No samples.</exception>
    public static Tensor Compute(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty)
            throw new ArgumentException("The clip has no samples.", nameof(samples));
        var frames = samples.Length <= FrameSamples ? 1 : 1 + ((samples.Length - FrameSamples + HopSamples - 1) / HopSamples);
        var signal = new double[FrameSamples + ((frames - 1) * HopSamples)]; // zeros after the clip's end
        signal[0] = samples[0];
        for (var i = 1; i < samples.Length; i++)
            signal[i] = samples[i] - (PreEmphasis * samples[i - 1]); // the product in float, as the reference has it
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var wave = tensor(signal); // [samples]
        var framed = wave.unfold(0, FrameSamples, HopSamples); // [frames, 400]
        var spectrum = fft.rfft(framed, FftSize); // [frames, 257] complex
        var power = spectrum.abs().square().div_(FftSize); // [frames, 257]
        var filters = tensor(CreateFilters(), [Filters, Bins]); // [26, 257]
        var energy = matmul(power, filters.t()); // [frames, 26]
        var silent = energy.eq(0); // [frames, 26]
        var log = energy.masked_fill(silent, SmallestEnergy).log(); // [frames, 26]
        return log.to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The features that AV-HuBERT's audio branch takes: log energies, stacked, cut or filled to the video's length, each row normalised.</summary>
    /// <param name="samples">Mono samples at 16 kHz.</param>
    /// <param name="rows">Rows wanted, one per video frame; null for as many as the clip gives.</param>
    /// <returns>float32 [rows, 104], in the caller's dispose scope.</returns>
    public static Tensor ComputeRows(ReadOnlySpan<float> samples, int? rows = null)
    {
        using var scope = NewDisposeScope();
        var stacked = Stack(Compute(samples)); // [rows, 104]
        var aligned = rows is { } wanted ? Align(stacked, wanted) : stacked; // [rows, 104]
        return NormalizeRows(aligned).MoveToOuterDisposeScope();
    }

    /// <summary>Puts consecutive frames side by side. A group that is not full is filled with zeros, which in the log domain are not silence; the reference does so.</summary>
    /// <param name="features">float32 [frames, width].</param>
    /// <param name="size">Frames per row.</param>
    /// <returns>float32 [ceil(frames / size), size * width], in the caller's dispose scope.</returns>
    public static Tensor Stack(Tensor features, int size = StackSize)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        CheckRows(features);
        using var scope = NewDisposeScope();
        var (frames, width) = (features.size(0), features.size(1));
        var rows = (frames + size - 1) / size;
        var filled = Align(features, (int)(rows * size)); // [rows * size, width]
        return filled.reshape(rows, size * width).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts rows off, or adds rows of zeros, at the end.</summary>
    /// <param name="features">[time, width].</param>
    /// <param name="rows">Rows wanted.</param>
    /// <returns>[rows, width], in the caller's dispose scope.</returns>
    public static Tensor Align(Tensor features, int rows)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        CheckRows(features);
        using var scope = NewDisposeScope();
        var result = zeros(rows, features.size(1), dtype: features.dtype, device: features.device); // [rows, width]
        var kept = Math.Min(rows, features.size(0));
        if (kept > 0)
        {
            var target = result.narrow(0, 0, kept); // [kept, width]
            target.copy_(features.narrow(0, 0, kept));
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Brings every row to zero mean and unit variance (layer normalisation without weights, epsilon 1e-5).</summary>
    /// <param name="features">float32 [time, width].</param>
    /// <returns>float32 [time, width], in the caller's dispose scope.</returns>
    public static Tensor NormalizeRows(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        CheckRows(features);
        using var scope = NewDisposeScope();
        var mean = features.mean([1], keepdim: true); // [time, 1]
        var centred = features.sub(mean); // [time, width]
        var variance = centred.square().mean([1], keepdim: true); // [time, 1], biased
        return centred.div(variance.add_(1e-5).sqrt()).MoveToOuterDisposeScope();
    }

    private static void CheckRows(Tensor features)
    {
        if (features.dim() != 2)
            throw new ArgumentException($"Features must have the shape [time, width], not [{string.Join(", ", features.shape)}].", nameof(features));
    }

    /// <summary>Triangles between whole FFT bins: [26, 257].</summary>
    private static double[] CreateFilters()
    {
        var edges = new int[Filters + 2];
        var highest = ToMel(SampleRate / 2.0);
        for (var i = 0; i < edges.Length; i++)
            edges[i] = (int)Math.Floor((FftSize + 1) * ToHertz(highest * i / (Filters + 1)) / SampleRate);
        var weights = new double[Filters * Bins];
        for (var filter = 0; filter < Filters; filter++)
        {
            var (left, middle, right) = (edges[filter], edges[filter + 1], edges[filter + 2]);
            for (var bin = left; bin < middle; bin++)
                weights[(filter * Bins) + bin] = (bin - left) / (double)(middle - left);
            for (var bin = middle; bin < right; bin++)
                weights[(filter * Bins) + bin] = (right - bin) / (double)(right - middle);
        }
        return weights;
    }

    private static double ToMel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static double ToHertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
}
