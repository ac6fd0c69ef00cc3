using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Media;

/// <summary>YuNet's weights, found by name and order in its ONNX file and checked against the network's shapes.</summary>
internal sealed class YuNetWeights
{
    internal readonly record struct Unit(OnnxWeights.Weight PointWeight, OnnxWeights.Weight PointBias, OnnxWeights.Weight DepthWeight, OnnxWeights.Weight DepthBias);

    private static readonly (string Name, int Channels)[] s_heads = [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)];

    internal OnnxWeights.Weight StemWeight { get; }

    internal OnnxWeights.Weight StemBias { get; }

    internal List<Unit> Backbone { get; } = [];

    internal List<Unit> Neck { get; } = [];

    internal List<Unit> Share { get; } = [];

    internal List<Unit> Heads { get; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="MediaException">It is not YuNet; the message names the file and the weight.</exception>
    internal YuNetWeights(string path)
    {
        var all = OnnxWeights.Read(path);
        // Depthwise convolutions were folded with their normalisation on export and lost their names; their numbers follow the network's
        // order, and each bias has the number after its weight.
        var folded = new Queue<int>(all.Where(w => w.Value.Shape.Length == 4 && int.TryParse(w.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(w => int.Parse(w.Key, CultureInfo.InvariantCulture)).Order());
        var (stem, stemBias) = Folded(16, 3);
        StemWeight = Grey(stem);
        StemBias = stemBias;
        var channels = 16;
        Backbone.Add(FoldedUnit("backbone.model0.conv2.conv1", 16, 16));
        for (var stage = 1; stage <= 5; stage++)
        {
            var width = stage == 1 ? 16 : 64;
            Backbone.Add(FoldedUnit($"backbone.model{stage}.conv1.conv1", channels, width));
            Backbone.Add(FoldedUnit($"backbone.model{stage}.conv2.conv1", width, 64));
            channels = 64;
        }
        for (var level = 2; level >= 0; level--) // the pyramid is exported from its top
            Neck.Insert(0, FoldedUnit($"neck.lateral_convs.{level}.conv1", 64, 64));
        for (var level = 0; level < 3; level++)
            Share.Add(FoldedUnit($"bbox_head.multi_level_share_convs.{level}.0.conv1", 64, 64));
        for (var level = 0; level < 3; level++)
        {
            foreach (var (head, width) in s_heads)
            {
                var name = $"bbox_head.multi_level_{head}.{level}";
                Heads.Add(new Unit(Named($"{name}.conv1.weight", width, 64, 1, 1), Named($"{name}.conv1.bias", width), Named($"{name}.conv2.weight", width, 1, 3, 3), Named($"{name}.conv2.bias", width)));
            }
        }

        Unit FoldedUnit(string point, int from, int to)
        {
            var (weight, bias) = Folded(to, 1);
            return new Unit(Named(point + ".weight", to, from, 1, 1), Named(point + ".bias", to), weight, bias);
        }

        (OnnxWeights.Weight Weight, OnnxWeights.Weight Bias) Folded(int to, int from)
        {
            if (!folded.TryDequeue(out var number))
                throw new MediaException($"'{path}' is not YuNet's ONNX file: it has too few depthwise convolutions.");
            return (Named(number.ToString(CultureInfo.InvariantCulture), to, from, 3, 3), Named((number + 1).ToString(CultureInfo.InvariantCulture), to));
        }

        OnnxWeights.Weight Named(string name, params long[] shape)
        {
            if (!all.TryGetValue(name, out var weight))
                throw new MediaException($"'{path}' is not YuNet's ONNX file: it has no weight '{name}'.");
            if (!weight.Shape.AsSpan().SequenceEqual(shape))
                throw new MediaException($"'{path}' is not YuNet's ONNX file: weight '{name}' is [{string.Join(", ", weight.Shape)}] instead of [{string.Join(", ", shape)}].");
            if (!Array.TrueForAll(weight.Values, float.IsFinite))
                throw new MediaException($"'{path}': weight '{name}' has values that are not finite.");
            return weight;
        }
    }

    /// <summary>A parameter with a copy of a weight.</summary>
    internal static Parameter Make(OnnxWeights.Weight weight) => new(tensor(weight.Values, weight.Shape).DetachFromDisposeScope(), requires_grad: false);

    private static OnnxWeights.Weight Grey(OnnxWeights.Weight colour)
    {
        var values = new float[16 * 9];
        for (var o = 0; o < 16; o++)
        {
            for (var k = 0; k < 9; k++)
                values[o * 9 + k] = colour.Values[(o * 3) * 9 + k] + colour.Values[(o * 3 + 1) * 9 + k] + colour.Values[(o * 3 + 2) * 9 + k];
        }
        return new OnnxWeights.Weight([16, 1, 3, 3], values);
    }
}
