using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Whisper's log-mel front end: <c>01_logmel</c>.</summary>
internal sealed partial class LogMelCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category == "01_logmel";

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var tensors = folder.Tensors();
        if (folder.Root.Find("items") is { } items && items[0].Find("audios") is not null)
            RunExtractor(folder, tensors, items, check);
        foreach (var name in tensors.Entries.Keys.Order(StringComparer.Ordinal))
        {
            if (Spectrogram().Match(name) is { Success: true } found)
                Compare(folder, tensors, name, Bins(found), found.Groups["rest"].Value, check);
            else if (Filters().Match(name) is { Success: true } filters)
                check.Close(name, tensors.Read(name), tensor(MelFilterbank.Create(Bins(filters), 201), [Bins(filters), 201]), folder.Tolerance(name, folder.Tolerance("mel_filters", new(1e-7))));
            else if (Whole().Match(name) is { Success: true } whole)
                Compare(folder, tensors, name, Bins(whole), "", check);
        }
        if (tensors.Entries.ContainsKey("stft_real"))
            RunSteps(folder, tensors, check);
    }

    private static void Compare(CaseFolder folder, SafetensorsReader tensors, string name, int bins, string rest, CaseCheck check)
    {
        using var mel = new LogMelSpectrogram(bins);
        var pad = Padding().Match(rest);
        var signal = pad.Success ? rest[..pad.Index] : rest;
        var audioName = tensors.Entries.ContainsKey("audio_" + signal) ? "audio_" + signal : "audio";
        var samples = Floats(tensors, audioName);
        int? total = pad.Success ? samples.Length + int.Parse(pad.Groups[1].Value, CultureInfo.InvariantCulture)
            : rest.Contains("30s", StringComparison.Ordinal) ? LogMelSpectrogram.ThirtySeconds : null;
        var tolerance = folder.Root.GetProperty("tolerance").Find("atol_per_signal") is { } perSignal && perSignal.Find(signal) is { } limit
            ? new Tolerance(limit.GetDouble())
            : folder.Tolerance(null, folder.Tolerance("logmel", new(1e-4)));
        check.Close(name, tensors.Read(name), mel.Compute(samples, padToSamples: total), tolerance);
    }

    private static void RunExtractor(CaseFolder folder, SafetensorsReader tensors, JsonElement items, CaseCheck check)
    {
        foreach (var item in items.EnumerateArray())
        {
            using var mel = new LogMelSpectrogram(item.Integer("n_mels"));
            var total = (int)(item.Number("chunk_length_s") * LogMelSpectrogram.SampleRate);
            var expected = tensors.Read(item.Text("features")); // [clips, mels, frames]
            var mask = tensors.Read(item.Text("attention_mask")); // [clips, frames]
            var clip = 0;
            foreach (var audio in item.GetProperty("audios").EnumerateArray())
            {
                var samples = Floats(tensors, audio.GetString()!);
                check.Close($"{item.Text("features")}[{clip}]", expected.select(0, clip), mel.Compute(samples, padToSamples: total), folder.Tolerance(null));
                var heard = Math.Min(samples.Length, total);
                check.Close($"frames of {audio.GetString()}", mask.select(0, clip).sum().item<long>(), (heard + LogMelSpectrogram.HopSamples - 1) / LogMelSpectrogram.HopSamples, Tolerance.Exact);
                clip++;
            }
        }
    }

    /// <summary>The steps below the spectrogram, which the product does in one pass with the same operators.</summary>
    private static void RunSteps(CaseFolder folder, SafetensorsReader tensors, CaseCheck check)
    {
        var window = hann_window(400, periodic: true);
        var spectrum = stft(tensors.Read("audio"), 400, LogMelSpectrogram.HopSamples, 400, window, return_complex: true);
        var parts = Parts(spectrum);
        check.Close("hann_window", tensors.Read("hann_window"), window, folder.Tolerance("hann_window"));
        check.Close("stft_real", tensors.Read("stft_real"), parts.select(-1, 0), folder.Tolerance("stft"));
        check.Close("stft_imag", tensors.Read("stft_imag"), parts.select(-1, 1), folder.Tolerance("stft"));
        var power = spectrum.narrow(1, 0, spectrum.shape[1] - 1).abs().square();
        check.Close("power", tensors.Read("power"), power, folder.Tolerance("power"));
        foreach (var name in tensors.Entries.Keys.Where(n => n.StartsWith("mel_power_", StringComparison.Ordinal)))
        {
            var bins = int.Parse(name.AsSpan("mel_power_".Length), CultureInfo.InvariantCulture);
            check.Close(name, tensors.Read(name), tensor(MelFilterbank.Create(bins, 201), [bins, 201]).matmul(power), folder.Tolerance("power"));
        }
    }

    private static Tensor Parts(Tensor complex) => stack([complex.real, complex.imag], -1);

    private static float[] Floats(SafetensorsReader tensors, string name) => tensors.Read(name, ScalarType.Float32).data<float>().ToArray();

    private static int Bins(Match match) => int.Parse(match.Groups["bins"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^mel(?<bins>\d+)_(?<rest>.+)$")]
    private static partial Regex Spectrogram();

    [GeneratedRegex(@"^mel_filters_(?<bins>\d+)$")]
    private static partial Regex Filters();

    [GeneratedRegex(@"^logmel_(?<bins>\d+)$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"_pad(\d+)$")]
    private static partial Regex Padding();
}
