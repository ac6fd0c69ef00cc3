using Microsoft.ML.Avsr.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>AV-HuBERT's audio features: <c>02_logfbank…</c>.</summary>
internal sealed class LogFilterbankCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("02_logfbank", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var tolerance = folder.Tolerance(null);
        var energies = folder.Tolerance("logfbank_abs", tolerance);
        var waveform = io.Read("waveform").data<float>().ToArray();
        var features = LogFilterbank.Compute(waveform);
        check.Close("logfbank", io.Read("logfbank"), features, energies);
        if (io.Entries.ContainsKey("logfbank_f64"))
            check.Close("logfbank_f64", io.Read("logfbank_f64"), features, energies);
        check.Close("stacked", io.Read("stacked"), LogFilterbank.Stack(features), energies);
        check.Close("output", io.Read("output"), LogFilterbank.ComputeRows(waveform), tolerance);
        if (!folder.Has("avhubert_int16.safetensors"))
            return;
        var pcm = folder.Tensors("avhubert_int16.safetensors");
        var samples = pcm.Read("waveform_int16_as_int32").to(ScalarType.Float32).data<float>().ToArray();
        var rows = folder.Root.Integer("video_frames_for_alignment");
        check.Close("stacked_aligned", pcm.Read("stacked_aligned"), LogFilterbank.Align(LogFilterbank.Stack(LogFilterbank.Compute(samples)), rows), energies);
        check.Close("normalized", pcm.Read("normalized"), LogFilterbank.ComputeRows(samples, rows), tolerance);
    }
}
