using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>What a CTC head says about a batch of clips.</summary>
internal sealed class CtcScores
{
    private readonly float[] _logs;          // [clips, time, classes]
    private readonly float[] _probabilities; // [clips, time, classes]
    private readonly long[] _lengths;
    private readonly int _time;

    /// <summary>Runs the head.</summary>
    /// <param name="head">The head.</param>
    /// <param name="encoded">What it reads, [clips, time, width].</param>
    /// <param name="usualCertainty">How sure it was of the clips that it learned from; <see langword="null"/> where that is not known.</param>
    public CtcScores(CtcHead head, EncodedSequence encoded, double? usualCertainty = null)
    {
        UsualCertainty = usualCertainty;
        using var scope = NewDisposeScope();
        var scores = head.call(encoded.Features).cpu().to_type(ScalarType.Float32).contiguous(); // [clips, time, classes]
        (_time, Classes, Blank) = ((int)scores.shape[1], (int)scores.shape[2], head.Blank);
        _lengths = encoded.Lengths();
        using var logs = scores.data<float>();
        _logs = logs.ToArray();
        using var probabilities = scores.exp().data<float>();
        _probabilities = probabilities.ToArray();
    }

    /// <summary>Number of classes, the blank included.</summary>
    public int Classes { get; }

    /// <summary>Index of the blank.</summary>
    public int Blank { get; }

    /// <summary>Frames of a clip.</summary>
    public int Frames(int clip) => (int)_lengths[clip];

    /// <summary>Natural-log probabilities of a clip, [frames, classes].</summary>
    public ReadOnlySpan<float> Logs(int clip) => _logs.AsSpan(clip * _time * Classes, Frames(clip) * Classes);

    /// <summary>Probabilities of a clip, [frames, classes].</summary>
    public ReadOnlySpan<float> Probabilities(int clip) => _probabilities.AsSpan(clip * _time * Classes, Frames(clip) * Classes);

    /// <summary>How sure the head was of the clips that it learned from; <see langword="null"/> where that is not known.</summary>
    public double? UsualCertainty { get; }

    /// <summary>How sure the head is of a clip: the geometric mean over frames of the best class's probability, 0 to 1.</summary>
    public double Certainty(int clip)
    {
        var logs = Logs(clip);
        double sum = 0;
        for (var t = 0; t < Frames(clip); t++)
        {
            var best = float.NegativeInfinity;
            foreach (var value in logs.Slice(t * Classes, Classes))
                best = Math.Max(best, value);
            sum += best;
        }
        return Frames(clip) == 0 ? 0 : Math.Exp(sum / Frames(clip));
    }
}
