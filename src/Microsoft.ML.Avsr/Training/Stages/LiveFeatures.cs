using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Features of an encoder that trains: it runs in every step, on freshly varied clips.</summary>
/// <param name="clips">Number of clips.</param>
/// <param name="length">Tokens of a clip, or 0 where it lacks the stream.</param>
/// <param name="prepare">Draws a batch, varied where a source of randomness is given, without tensors; what it returns encodes it.</param>
internal sealed class LiveFeatures(int clips, Func<int, int> length, Func<IReadOnlyList<int>, Random?, Func<EncodedSequence>> prepare) : IFeatureSource
{
    private readonly int[] _lengths = [.. Enumerable.Range(0, clips).Select(length)];

    public bool Has(int clip) => _lengths[clip] > 0;

    public int Length(int clip) => _lengths[clip];

    public Func<EncodedSequence> Batch(IReadOnlyList<int> clips, Random? random, double masked = 0) => prepare(clips, random);
}
