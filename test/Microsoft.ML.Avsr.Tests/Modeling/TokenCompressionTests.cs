using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class TokenCompressionTests
{
    [TestMethod]
    public void CompressionEqualsTheReference()
    {
        using var scope = NewDisposeScope();
        var io = Golden.Tensors("avsr/05_compression/io.safetensors");
        var compared = 0;
        foreach (var (name, expected) in io)
        {
            var parts = name.Split('.');
            if (parts.Length != 4 || parts[3] != "audio")
                continue;
            var rate = int.Parse(parts[1].AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
            var sequence = new EncodedSequence(io[parts[0] + ".input"], null);
            var actual = parts[2] == "stack" ? TokenCompression.Stack(sequence, rate) : TokenCompression.AveragePool(sequence, rate);
            Golden.AreClose(expected, actual.Features, 1e-6, what: name);
            compared++;
        }
        Assert.IsTrue(compared > 40, $"only {compared} cases");
    }

    [TestMethod]
    public void EachRowGivesWholeGroupsOfItsOwnFrames()
    {
        using var scope = NewDisposeScope();
        var features = arange(0, 14, ScalarType.Float32).view(2, 7, 1);
        var sequence = new EncodedSequence(features, EncodedSequence.MaskOf([7, 5], 7));
        var pooled = TokenCompression.AveragePool(sequence, 3);
        CollectionAssert.AreEqual(new long[] { 2, 1 }, pooled.Lengths());
        CollectionAssert.AreEqual(new[] { 1f, 4f, 8f }, pooled.Features.reshape(-1).narrow(0, 0, 3).data<float>().ToArray());
    }
}
