using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class AvHubertEncoderTests
{
    [TestMethod]
    [DataRow("01_frontend_narrow_a_prelu", true, 8)]
    [DataRow("01_frontend_narrow_b_relu", false, 4)]
    public void FrontEndEqualsTheReference(string name, bool learnedSlope, int channels)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var network = FrontEnd(channels, learnedSlope);
        Golden.Fill(network, Golden.Tensors($"avsr/{name}/weights.safetensors"), key => key);
        network.eval();
        var io = Golden.Tensors($"avsr/{name}/io.safetensors");
        Golden.AreClose(io["output"], network.call(io["input"], null).transpose(1, 2), 2e-4, 2e-4, name);
    }

    /// <summary>The full-width front end, with weights from the case's formula.</summary>
    [TestMethod]
    public void FullWidthFrontEndEqualsTheReference()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var network = FrontEnd(64, learnedSlope: true);
        using var description = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Golden.Find("avsr/01_frontend_full_procedural/case.json")));
        var rules = description.RootElement.GetProperty("procedural");
        var seed = rules.GetProperty("seed").GetUInt64();
        var tensors = rules.GetProperty("tensors");
        Tensor Make(string name, System.Text.Json.JsonElement rule)
        {
            var shape = rule.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()).ToArray();
            return tensor(Procedural(name, seed, shape.Aggregate(1L, (a, b) => a * b), rule.GetProperty("lo").GetDouble(), rule.GetProperty("hi").GetDouble()), shape);
        }
        var weights = tensors.EnumerateObject().ToDictionary(rule => rule.Name, rule => Make(rule.Name, rule.Value));
        var input = Make("input", rules.GetProperty("input"));
        Golden.Fill(network, weights, key => key.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? null : key);
        network.eval();
        var io = Golden.Tensors("avsr/01_frontend_full_procedural/io.safetensors");
        Golden.AreClose(io["output"], network.call(input, null).transpose(1, 2), 1e-3, 1e-3);
    }

    [TestMethod]
    public void TrainingStatisticsAndGradientsEqualTheReference()
    {
        using var scope = NewDisposeScope();
        var network = FrontEnd(4, learnedSlope: true);
        Golden.Fill(network, Golden.Tensors("avsr/01_frontend_train_bn/weights.safetensors"), key => key);
        network.train();
        var io = Golden.Tensors("avsr/01_frontend_train_bn/io.safetensors");
        var input = io["input"].requires_grad_();
        var output = network.call(input, null).transpose(1, 2);
        Golden.AreClose(io["output"], output, 1e-3, 1e-3);
        output.mul(io["cotangent"]).sum().backward();
        Golden.AreClose(io["grad.input"], input.grad!, 1e-3, 1e-3, "grad.input");
        var compared = 0;
        foreach (var (name, parameter) in network.named_parameters())
            Golden.AreClose(io["grad." + name], parameter.grad!, 1e-3, 1e-3, name);
        foreach (var (name, buffer) in network.named_buffers())
        {
            if (io.FirstOrDefault(pair => pair.Key.EndsWith("." + name, StringComparison.Ordinal) && !pair.Key.StartsWith("grad.", StringComparison.Ordinal)).Value is { } after)
            {
                Golden.AreClose(after, buffer, 1e-3, 1e-3, name);
                compared++;
            }
        }
        Assert.IsTrue(compared > 10, $"{compared} statistics compared; the file has {string.Join(", ", io.Keys.Where(k => !k.StartsWith("grad", StringComparison.Ordinal)).Take(12))}");
    }

    [TestMethod]
    [DataRow("03_avhubert_lnfirst", 4, true)]
    [DataRow("03_avhubert_lnlast", 8, false)]
    [DataRow("03_avhubert_oddconv_add", 6, true)]
    public void EncoderEqualsTheReferenceInEveryModality(string name, int heads, bool normFirst)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var weights = new SafetensorsReader(Golden.Find($"avsr/{name}/weights.safetensors"));
        var encoder = AvHubertFactory.FromWeights(weights, heads, normFirst);
        var input = Golden.Tensors($"avsr/{name}/input.safetensors");
        var video = input["video"];
        var audio = input["audio"].transpose(1, 2);
        var mask = input["padding_mask"].eq(tensor((byte)0));
        void Compare(string mode, Tensor? a, Tensor? v, Tensor? valid) =>
            Golden.AreClose(Golden.Tensors($"avsr/{name}/{mode}.safetensors")["output"], encoder.call(a, v, valid).Features, 2e-4, 2e-4, $"{name} {mode}");
        Compare("video_only", null, video, null);
        Compare("audio_only", audio, null, null);
        Compare("audio_video", audio, video, null);
        encoder.ReferencePadding = true;
        Compare("audio_video_padded", audio, video, mask);
    }

    [TestMethod]
    [DataRow("checkpoint_zip.pt", 2e-4)]
    [DataRow("checkpoint_legacy.pt", 2e-4)]
    [DataRow("checkpoint_fp16_zip.pt", 2e-2)]
    public void FairseqFilesGiveTheSameEncoder(string file, double tolerance)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var checkpoint = AvHubertCheckpoint.Open(Golden.Find("avsr/03_avhubert_lnfirst/" + file));
        var encoder = AvHubertFactory.FromCheckpoint(checkpoint);
        var video = Golden.Tensors("avsr/03_avhubert_lnfirst/input.safetensors")["video"];
        var expected = Golden.Tensors("avsr/03_avhubert_lnfirst/video_only.safetensors")["output"];
        Golden.AreClose(expected, encoder.call(null, video, null).Features, tolerance, tolerance, file);
    }

    [TestMethod]
    [DataRow("lnfirst", 4, true)]
    [DataRow("lnlast", 8, false)]
    public void LowRankAdaptersEqualTheReferenceWithTheirGradients(string kind, int heads, bool normFirst)
    {
        using var scope = NewDisposeScope();
        using var weights = new SafetensorsReader(Golden.Find($"avsr/03_avhubert_{kind}/weights.safetensors"));
        var encoder = AvHubertFactory.FromWeights(weights, heads, normFirst, LoraConfig.AvHubertReference);
        using var adapters = new SafetensorsReader(Golden.Find($"avsr/03_avhubert_lora_{kind}/lora_weights.safetensors"));
        Assert.AreEqual(LoraConfig.AvHubertReference, ReferenceAdapter.ConfigOfAvHubert(adapters, encoder.Config.Width));
        ReferenceAdapter.Load(encoder, adapters);
        var io = Golden.Tensors($"avsr/03_avhubert_lora_{kind}/io.safetensors");
        var video = Golden.Tensors($"avsr/03_avhubert_{kind}/input.safetensors")["video"];
        var output = encoder.call(null, video, null).Features;
        Golden.AreClose(io["output"], output, 3e-4, 3e-4);
        output.mul(io["cotangent"]).sum().backward();
        foreach (var name in adapters.Entries.Keys)
            Golden.AreClose(io["grad." + name], Golden.Gradient(encoder, name), 3e-4, 3e-4, name);

        using var guard = no_grad();
        encoder.MergeAdapters();
        Assert.ThrowsExactly<InvalidOperationException>(() => ReferenceAdapter.Load(encoder, adapters));
        Golden.AreClose(io["output"], encoder.call(null, video, null).Features, 3e-4, 3e-4, "merged");
        encoder.UnmergeAdapters();
        Golden.AreClose(io["output"], encoder.call(null, video, null).Features, 3e-4, 3e-4, "unmerged");
    }

    [TestMethod]
    public void AdaptersOfTheLargeModelHaveThePublishedSize()
    {
        var plain = Golden.ParameterCount(new AvHubertEncoder(VisualEncoderConfig.Large, null, ModuleConstruction.Meta));
        var adapted = Golden.ParameterCount(new AvHubertEncoder(VisualEncoderConfig.Large, LoraConfig.AvHubertReference, ModuleConstruction.Meta));
        Assert.AreEqual(6_291_456L, adapted - plain);
        Assert.AreEqual(325e6, plain, 3e6);
    }

    [TestMethod]
    public void TinyEncoderIsSmallAndHalvesTheRate()
    {
        using var scope = NewDisposeScope();
        var encoder = new AvHubertEncoder(VisualEncoderConfig.Tiny);
        Assert.AreEqual(1.42e6, Golden.ParameterCount(encoder), 0.03e6);
        encoder.eval();
        var output = encoder.call(null, randn([1, 1, 75, 88, 88]), null);
        CollectionAssert.AreEqual(new long[] { 1, 38, 256 }, output.Features.shape);
    }

    /// <summary>A padded batch gives each row what it gives alone, in evaluation; in training padding stays out of the statistics.</summary>
    [TestMethod]
    public void PaddingChangesNothing()
    {
        manual_seed(11);
        using var scope = NewDisposeScope();
        var shrunk = new VisualEncoderConfig { StemChannels = 4, StageChannels = [4, 4, 8, 8], BlocksPerStage = 1, Width = 32, Layers = 2, Heads = 2, FeedForward = 32, Dropout = 0, InputDropout = 0, AttentionDropout = 0 };
        foreach (var config in new[] { VisualEncoderConfig.Tiny with { Dropout = 0 }, shrunk, shrunk with { NormFirst = false } })
        {
            var encoder = new AvHubertEncoder(config);
            encoder.eval();
            var video = randn([2, 1, 9, 88, 88]);
            var mask = EncodedSequence.MaskOf([9, 6], 9)!;
            var noise = video.clone();
            noise.narrow(0, 1, 1).narrow(2, 6, 3).fill_(9);
            using (no_grad())
            {
                var batch = encoder.call(null, noise, mask);
                var alone = encoder.call(null, video.narrow(0, 1, 1).narrow(2, 0, 6), null).Features;
                Assert.AreEqual(alone.shape[1], batch.Lengths()[1]);
                Golden.AreClose(alone, batch.Features.narrow(0, 1, 1).narrow(1, 0, alone.shape[1]), 1e-4);
            }
            encoder.train();
            var first = encoder.call(null, noise, mask);
            var second = encoder.call(null, video, mask);
            var real = second.Valid!.unsqueeze(2).to(ScalarType.Float32);
            Golden.AreClose(first.Features.mul(real), second.Features.mul(real), 1e-5, what: "training");
            first.Features.mul(real).sum().backward();
            Assert.IsTrue(encoder.parameters().All(p => p.grad is null || p.grad.isfinite().all().item<bool>()), "gradients are finite");
        }
    }

    [TestMethod]
    public void RowsWithoutAnyRealFrameKeepGradientsFinite()
    {
        manual_seed(2);
        using var scope = NewDisposeScope();
        var encoder = new AvHubertEncoder(VisualEncoderConfig.Tiny with { Dropout = 0 });
        var mask = EncodedSequence.MaskOf([4, 0], 4)!;
        var output = encoder.call(null, randn([2, 1, 4, 88, 88]), mask);
        output.Features.narrow(0, 0, 1).sum().backward();
        Assert.IsTrue(encoder.parameters().All(p => p.grad is null || p.grad.isfinite().all().item<bool>()));
    }

    [TestMethod]
    public void MissingOrUnknownInputsAreRefused()
    {
        using var scope = NewDisposeScope();
        var encoder = new AvHubertEncoder(VisualEncoderConfig.Tiny);
        Assert.ThrowsExactly<ArgumentException>(() => encoder.call(null, null, null));
        Assert.ThrowsExactly<ArgumentException>(() => encoder.call(zeros(1, 4, 104), null, null));
        Assert.ThrowsExactly<ArgumentException>(() => encoder.call(null, zeros([1, 1, 4, 96, 96]), null));
    }

    private static VisualResNet FrontEnd(int channels, bool learnedSlope) => new(
        VisualEncoderConfig.Large with
        {
            StemChannels = channels, StageChannels = [channels, 2 * channels, 4 * channels, 8 * channels], LearnedSlope = learnedSlope,
        }, ModuleConstruction.Default);

    private static float[] Procedural(string name, ulong seed, long count, double low, double high)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var b in System.Text.Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ b) * 0x100000001b3UL);
        const ulong golden = 0x9E3779B97F4A7C15UL;
        var start = hash ^ unchecked(seed * golden);
        var values = new float[count];
        for (var i = 0L; i < count; i++)
        {
            unchecked
            {
                var z = start + (ulong)(i + 1) * golden;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
                z ^= z >> 31;
                values[i] = (float)(low + (high - low) * ((z >> 40) / 16777216.0));
            }
        }
        return values;
    }
}
