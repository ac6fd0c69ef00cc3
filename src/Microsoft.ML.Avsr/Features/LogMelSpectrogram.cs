using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// Whisper's log-mel spectrogram, number for number: 25 ms periodic Hann windows every 10 ms (centred, reflected at the ends), power
/// spectrum, mel filters, log10 clamped at 1e-10 and at 8 below the clip's maximum, then (x + 4) / 4.
/// </summary>
/// <remarks>Source: openai/whisper <c>log_mel_spectrogram</c>; Hugging Face <c>WhisperFeatureExtractor</c> gives the same. Safe for use by several threads at once.</remarks>
public sealed class LogMelSpectrogram : IDisposable
{
    /// <summary>Samples per second of the input.</summary>
    public const int SampleRate = 16000;

    /// <summary>Samples between two frames: 10 ms.</summary>
    public const int HopSamples = 160;

    /// <summary>Samples of 30 s, the length that Whisper's encoder was trained with.</summary>
    public const int ThirtySeconds = 30 * SampleRate;

    /// <summary>Fewest samples after padding: the reflection at the ends needs more than half a window.</summary>
    public const int MinimumSamples = (WindowSamples / 2) + 1;

    private const int WindowSamples = 400;
    private const int Bins = (WindowSamples / 2) + 1;
    private const float Floor = -10; // log10 of the smallest power that is told apart from silence

    private readonly Tensor _window; // [400]
    private readonly Tensor _filters; // [melBins, 201]

    /// <summary>Prepares the window and the filters.</summary>
    /// <param name="melBins">80 for Whisper tiny to large-v2, 128 for large-v3.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="melBins"/> is not between 1 and 200.</exception>
    public LogMelSpectrogram(int melBins = 80)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(melBins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(melBins, Bins - 1);
        MelBins = melBins;
        // Both outlive any dispose scope in which the extractor happens to be created.
        _window = hann_window(WindowSamples, periodic: true).DetachFromDisposeScope(); // [400]
        _filters = tensor(MelFilterbank.Create(melBins, Bins), [melBins, Bins]).DetachFromDisposeScope(); // [melBins, 201]
    }

    /// <summary>Number of mel bands.</summary>
    public int MelBins { get; }

    /// <summary>Computes the features of one clip.</summary>
    /// <param name="samples">Mono samples at 16 kHz, in [-1, 1].</param>
    /// <param name="standardize">Whether to bring the clip to zero mean and unit variance first, as Llama-AVSR does (<see cref="WaveformStandardizer"/>).</param>
    /// <param name="padToSamples">Length to pad with zeros or to cut to, after standardisation; <see cref="ThirtySeconds"/> for what Whisper was trained with; null keeps the clip's length.</param>
    /// <returns>float32 [melBins, frames] with frames = length / 160 rounded down, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Fewer than <see cref="MinimumSamples"/> samples after padding.</exception>
    public Tensor Compute(ReadOnlySpan<float> samples, bool standardize = false, int? padToSamples = null)
    {
        var total = padToSamples ?? samples.Length;
        if (total < MinimumSamples)
            throw new ArgumentException($"A log-mel spectrogram needs at least {MinimumSamples} samples (12.6 ms), there are {total}. Set padToSamples, or skip the clip.", nameof(samples));
        var heard = Math.Min(samples.Length, total);
        // Frames of padding alone all have the same value, so only those that touch the clip are computed; 400 zeros keep the
        // reflection at the end of the computed part from showing the clip again.
        var computed = total - heard > 4 * HopSamples ? Math.Max(MinimumSamples, heard + (4 * HopSamples)) : total;
        var signal = new float[computed];
        samples[..heard].CopyTo(signal);
        if (standardize)
        {
            if (samples.Length > heard)
                WaveformStandardizer.Standardize(samples)[..heard].CopyTo(signal, 0);
            else
                WaveformStandardizer.StandardizeInPlace(signal.AsSpan(0, heard));
        }
        return Compute(signal, total / HopSamples);
    }

    /// <summary>Releases the window and the filters.</summary>
    public void Dispose()
    {
        _window.Dispose();
        _filters.Dispose();
    }

    private Tensor Compute(float[] signal, int totalFrames)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var frames = Math.Min(totalFrames, signal.Length / HopSamples);
        var wave = tensor(signal); // [samples]
        var spectrum = stft(wave, WindowSamples, HopSamples, WindowSamples, _window, return_complex: true); // [201, frames + 1] complex
        var kept = spectrum.narrow(1, 0, frames); // [201, frames]: the last frame is dropped, as in the reference
        var power = kept.abs().square(); // [201, frames]
        var log = matmul(_filters, power).clamp_min_(1e-10).log10_(); // [melBins, frames]
        var highest = log.max().item<float>();
        var least = highest - 8;
        var scaled = log.clamp_min_(least).add_(4).div_(4); // [melBins, frames]
        if (frames == totalFrames)
            return scaled.MoveToOuterDisposeScope();
        var silence = (Math.Max(Floor, least) + 4) / 4;
        var result = full(MelBins, totalFrames, silence); // [melBins, totalFrames]
        result.narrow(1, 0, frames).copy_(scaled);
        return result.MoveToOuterDisposeScope();
    }
}
