using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Tests.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

/// <summary><c>torch.load</c> reads what is published here: every name, type, shape and bit. Skipped where Python has no PyTorch.</summary>
[TestClass]
public sealed class PyTorchReadsTests
{
    // Bytes are taken without numpy, which need not be there.
    private const string Describe = """
        import hashlib, json, sys, torch
        def bits(t):
            t = t.detach().contiguous().reshape(-1)
            size = t.element_size()
            words = t.view({1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[size])
            return b''.join((int(w) & (2 ** (8 * size) - 1)).to_bytes(size, 'little') for w in words.tolist())
        try:
            state = torch.load(sys.argv[1], map_location='cpu', weights_only=True)
        except TypeError:
            state = torch.load(sys.argv[1], map_location='cpu')
        if len(sys.argv) > 2:
            state = state[sys.argv[2]]
        print(json.dumps({'order': type(state).__name__,
            'tied': state['llm.lm_head.weight'].data_ptr() == state['llm.model.embed_tokens.weight'].data_ptr() if 'llm.lm_head.weight' in state else None,
            'tensors': {k: [str(v.dtype), list(v.shape), hashlib.sha256(bits(v)).hexdigest()] for k, v in state.items()}}))
        """;

    private readonly string _folder = Values.TemporaryFolder();

    [TestCleanup]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow(ProjectorRouting.Jejr, ScalarType.BFloat16)]
    [DataRow(ProjectorRouting.Dense, ScalarType.Float32)]
    public void WholeModels(ProjectorRouting routing, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var model = new AvsrModel(
            PublishedLayoutTests.Config(AvHubertStreams.Video, routing), PublishedLayoutTests.s_tokenizer, null, new ModuleConstruction { DType = type });
        var (zip, plain) = (Path.Combine(_folder, "model.pth"), Path.Combine(_folder, "model.safetensors"));
        PublishedLayout.Save(zip, model);
        PublishedLayout.Save(plain, model);
        var read = PyTorch.Run(Describe, zip);
        Assert.AreEqual("OrderedDict", read.GetProperty("order").GetString());
        Assert.IsTrue(read.GetProperty("tied").GetBoolean(), "tied weights stay one storage");
        using var expected = new SafetensorsReader(plain);
        Compare(expected, read.GetProperty("tensors"));
    }

    [TestMethod]
    public void AdaptersAlone()
    {
        using var scope = NewDisposeScope();
        using var model = new LlamaForCausalLM(LlamaConfig.Tiny(20), LoraConfig.OfReference(32, 4));
        var (zip, plain) = (Path.Combine(_folder, "adapter.pth"), Path.Combine(_folder, "adapter.safetensors"));
        ReferenceAdapter.Save(model, zip);
        ReferenceAdapter.Save(model, plain);
        using var expected = new SafetensorsReader(plain);
        Compare(expected, PyTorch.Run(Describe, zip).GetProperty("tensors"));
    }

    [TestMethod]
    public void TensorsOfEveryTypeAndShapeBelowAKey()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["half"] = randn(3, 4).to_type(ScalarType.Float16),
            ["double"] = randn(2, dtype: ScalarType.Float64),
            ["long"] = tensor(-7L),
            ["bytes"] = tensor(new byte[] { 1, 255 }),
            ["turned"] = randn(4, 5).t(),
            ["empty"] = zeros(0, 3),
        };
        var (zip, plain) = (Path.Combine(_folder, "any.pt"), Path.Combine(_folder, "any.safetensors"));
        TorchZipWriter.Write(zip, tensors, nestedUnder: "state_dict");
        SafetensorsWriter.Write(plain, tensors);
        using var expected = new SafetensorsReader(plain);
        Compare(expected, PyTorch.Run(Describe, zip, "state_dict").GetProperty("tensors"));
    }

    private static void Compare(SafetensorsReader expected, JsonElement actual)
    {
        CollectionAssert.AreEquivalent(expected.Entries.Keys.ToArray(), actual.EnumerateObject().Select(item => item.Name).ToArray());
        foreach (var entry in expected.Entries.Values)
        {
            var described = actual.GetProperty(entry.Name);
            var name = entry.DType switch { ScalarType.Byte => "uint8", var other => other.ToString().ToLowerInvariant() };
            Assert.AreEqual("torch." + name, described[0].GetString(), entry.Name);
            CollectionAssert.AreEqual(entry.Shape, described[1].EnumerateArray().Select(size => size.GetInt64()).ToArray(), entry.Name);
            using var tensor = expected.Read(entry.Name);
            var bytes = entry.ElementCount == 0 ? [] : tensor.bytes.ToArray();
            Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(bytes)), described[2].GetString(), entry.Name);
        }
    }
}
