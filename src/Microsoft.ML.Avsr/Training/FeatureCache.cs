using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Compressed encoder features of every clip, in several versions (clean and noisy, plain and varied), computed once:
/// the encoders are frozen by then, so epochs of the language model never encode again.
/// </summary>
internal sealed class FeatureCache : IFeatureSource
{
    /// <summary>Most tokens of a blanked span; spans have 0 to this many.</summary>
    private const int LongestMask = 4;

    private readonly List<(float[] Data, int Time)>[] _versions;
    private int _width;

    /// <summary>An empty cache.</summary>
    /// <param name="clips">Number of clips.</param>
    public FeatureCache(int clips) => _versions = [.. Enumerable.Range(0, clips).Select(_ => new List<(float[], int)>())];

    /// <summary>Whether a clip has features.</summary>
    /// <param name="clip">The clip.</param>
    public bool Has(int clip) => _versions[clip].Count > 0;

    /// <summary>Longest version of a clip, in tokens.</summary>
    /// <param name="clip">The clip.</param>
    public int Length(int clip) => _versions[clip].Count == 0 ? 0 : _versions[clip].Max(v => v.Time);

    /// <summary>Adds one version of some clips.</summary>
    /// <param name="clips">The clips, one per row.</param>
    /// <param name="encoded">Their features, [batch, tokens, width].</param>
    /// <returns>The features of each clip, [tokens, width] row by row, and the width.</returns>
    public (IReadOnlyList<float[]> Rows, int Width) Add(IReadOnlyList<int> clips, EncodedSequence encoded)
    {
        using var scope = NewDisposeScope();
        var lengths = encoded.Lengths();
        var features = encoded.Features.cpu().to_type(ScalarType.Float32).contiguous(); // [batch, tokens, width]
        var time = (int)features.size(1);
        var width = (int)features.size(2);
        using var accessor = features.data<float>();
        var all = accessor.ToArray();
        var rows = new float[clips.Count][];
        for (var b = 0; b < clips.Count; b++)
        {
            rows[b] = all.AsSpan(b * time * width, (int)lengths[b] * width).ToArray();
            Add(clips[b], rows[b], width);
        }
        return (rows, width);
    }

    /// <summary>Adds one version of a clip.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="values">[tokens, width] row by row.</param>
    /// <param name="width">Features per token.</param>
    public void Add(int clip, float[] values, int width)
    {
        _width = width;
        _versions[clip].Add((values, values.Length / width));
    }

    /// <summary>A padded batch of one version of each clip.</summary>
    /// <param name="clips">The clips; each must have features.</param>
    /// <param name="random">Draws versions and masked spans; <see langword="null"/> takes the first version unmasked.</param>
    /// <param name="masked">Share of each clip's tokens to set to zero, in spans of two on average that may overlap; 0 to 1.</param>
    /// <returns>What makes the tensors, [batch, tokens, width].</returns>
    public Func<EncodedSequence> Batch(IReadOnlyList<int> clips, Random? random, double masked = 0) =>
        Padded([.. clips.Select(c => Choose(c, random))], random, masked);

    /// <summary>A padded batch of a part of each clip.</summary>
    /// <param name="clips">The clips; each must have features.</param>
    /// <param name="random">Draws versions.</param>
    /// <param name="windows">First token and number of tokens to take of each clip.</param>
    /// <returns>What makes the tensors, [batch, tokens, width].</returns>
    public Func<EncodedSequence> Window(IReadOnlyList<int> clips, Random random, IReadOnlyList<(int Start, int Count)> windows) =>
        Padded([.. clips.Select((c, b) => (Choose(c, random).Data[(windows[b].Start * _width)..((windows[b].Start + windows[b].Count) * _width)], windows[b].Count))], null, 0);

    private (float[] Data, int Time) Choose(int clip, Random? random) => _versions[clip][random?.Next(_versions[clip].Count) ?? 0];

    private Func<EncodedSequence> Padded((float[] Data, int Time)[] chosen, Random? random, double masked)
    {
        var time = chosen.Max(v => v.Time);
        var data = new float[chosen.Length * time * _width]; // [batch, tokens, width]
        for (var b = 0; b < chosen.Length; b++)
        {
            var row = data.AsSpan(b * time * _width, chosen[b].Time * _width);
            chosen[b].Data.CopyTo(row);
            var spans = (int)Math.Round(masked * chosen[b].Time / (LongestMask / 2.0));
            for (var m = 0; random is not null && m < spans; m++)
            {
                var span = random.Next(Math.Min(LongestMask, chosen[b].Time) + 1);
                var start = random.Next(chosen[b].Time - span + 1);
                row.Slice(start * _width, span * _width).Clear();
            }
        }
        return () => new EncodedSequence(tensor(data, [chosen.Length, time, _width]), chosen.All(v => v.Time == time)
            ? null
            : Recognition.SpeechFrontEnd.ValidMask([.. chosen.Select(v => (long)v.Time)], time));
    }
}
