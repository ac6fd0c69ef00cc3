using Microsoft.ML.Avsr.Features;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Training-time masking: <c>07_adaptive_time_mask</c>.</summary>
internal sealed class TimeMaskCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("07_adaptive_time_mask", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        foreach (var run in folder.Root.GetProperty("runs").EnumerateArray())
        {
            var i = run.Integer("i");
            var length = run.Integer("length");
            var stride = folder.Config.GetProperty(run.Text("kind")).Integer("stride");
            var draws = CaseCheck.Numbers(io.Read($"{i}.draws_t_w")).Chunk(2).Select(p => ((int)p[0], (int)p[1])).ToArray();
            var starts = new Queue<double>(CaseCheck.Numbers(io.Read($"{i}.starts_drawn")));
            check.Same($"run {i}: draws", draws.Length, AdaptiveTimeMask.Count(length, stride));
            var spans = AdaptiveTimeMask.FromDraws(length, draws, _ => (int)starts.Dequeue());
            check.Same($"run {i}: starts left over", 0, starts.Count);
            var kept = new byte[length];
            Array.Fill(kept, (byte)1);
            AdaptiveTimeMask.Apply(kept.AsSpan(), spans);
            check.Numeric($"run {i}: kept", CaseCheck.Numbers(io.Read($"{i}.kept")), [.. kept.Select(k => (double)k)], Tolerance.Exact);
        }
    }
}
