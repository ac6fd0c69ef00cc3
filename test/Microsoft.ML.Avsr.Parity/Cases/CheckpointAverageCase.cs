using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Mean of Lightning checkpoints: <c>09_checkpoint_average</c>.</summary>
internal sealed class CheckpointAverageCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("09_checkpoint_average", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var (last, count) = (folder.Config.Integer("max_epochs"), folder.Config.Integer("num_average_epochs"));
        var epochs = Enumerable.Range(last - count, count).ToArray();
        Compare(folder, [.. epochs.Select(e => folder.PathOf($"epoch={e}.ckpt"))], check);
        Compare(folder, [.. epochs.Select(e => folder.PathOf($"epoch{e}.safetensors"))], check);
    }

    private static void Compare(CaseFolder folder, string[] files, CaseCheck check)
    {
        if (!files.All(File.Exists))
            return;
        var sources = files.Select(f => folder.Own(HuggingFaceFolder.OpenWeights(f))).ToArray();
        var average = CheckpointAverager.Average(sources, CheckpointNames.LightningModel);
        var expected = folder.Tensors("average.safetensors");
        check.Sequence("names", expected.Entries.Keys.Order(StringComparer.Ordinal), average.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, value) in average)
        {
            if (!expected.Entries.ContainsKey(name))
                continue;
            var reference = expected.Read(name);
            check.Same($"{name}: type", reference.dtype, value.dtype);
            check.Close(name, reference, value, reference.dtype == ScalarType.Float32 ? folder.Tolerance("float32") : Tolerance.Exact);
        }
        foreach (var file in Directory.GetFiles(folder.Location, "model_avg*.pth"))
        {
            using var written = new TorchPickleReader(file);
            foreach (var (name, value) in average)
                check.Close($"{Path.GetFileName(file)}: {name}", written.Read(name), value, value.dtype == ScalarType.Float32 ? folder.Tolerance("float32") : Tolerance.Exact);
        }
    }
}
