using Microsoft.ML.Avsr.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Noise at a given ratio: <c>07_add_noise</c>.</summary>
internal sealed class NoiseCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("07_add_noise", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var tolerance = folder.Tolerance(null);
        var noise = Floats(io.Read("noise"));
        foreach (var mix in folder.Root.GetProperty("mixes").EnumerateArray())
        {
            var i = mix.Integer("i");
            var mixed = NoiseMixer.Mix(Floats(io.Read($"{i}.speech")), noise, mix.Number("snr"), mix.Integer("start"));
            check.Close($"{i}.output", io.Read($"{i}.output"), tensor(mixed), tolerance);
            if (io.Entries.ContainsKey($"{i}.audiotransform_test"))
                check.Close($"{i}.audiotransform_test", io.Read($"{i}.audiotransform_test"), tensor(WaveformStandardizer.Standardize(mixed)), tolerance);
        }
        if (!folder.Has("avhubert_int16.safetensors"))
            return;
        var pcm = folder.Tensors("avhubert_int16.safetensors");
        foreach (var mix in folder.Root.GetProperty("avhubert_mixes").EnumerateArray())
        {
            var i = mix.Integer("i");
            var mixed = NoiseMixer.MixPcm(Shorts(pcm.Read($"{i}.speech")), Shorts(pcm.Read($"{i}.noise")), mix.Number("snr"));
            // Fractions are cut off: a product that lands on a whole number may fall on either side of it.
            check.Numeric($"avhubert {i}.mixed", CaseCheck.Numbers(pcm.Read($"{i}.mixed")), [.. mixed.Select(s => (double)s)], Tolerance.Exact, 0.005, 1);
        }
    }

    private static float[] Floats(Tensor tensor) => tensor.to(ScalarType.Float32).data<float>().ToArray();

    private static short[] Shorts(Tensor tensor) => [.. CaseCheck.Numbers(tensor).Select(x => (short)x)];
}
