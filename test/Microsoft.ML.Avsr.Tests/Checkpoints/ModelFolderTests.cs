using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

[TestClass]
public sealed class ModelFolderTests
{
    private readonly string _root = Values.TemporaryFolder();

    private string Model => Path.Combine(_root, "model");

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_root, recursive: true);

    [TestMethod]
    public void AFolderChecksItsFilesAndItself()
    {
        using var scope = NewDisposeScope();
        Save(2);
        Save(3); // replaces the first
        Assert.AreEqual(1, Directory.GetDirectories(_root).Length, "nothing temporary stays");
        using (var folder = ModelFolder.Open(Model))
        {
            CollectionAssert.AreEqual(new[] { "llm", "video_proj" }, folder.Parts.ToArray());
            Assert.AreEqual(7, folder.Config.GetProperty("width").GetInt32());
            Assert.AreEqual("tokens", folder.Text("tokenizer.json"));
            Values.AreClose(full(2, 2, 3f), folder.Part("llm").Read("w"), 0);
            Assert.IsTrue(folder.Verify(inputs => new Dictionary<string, Tensor> { ["y"] = inputs["x"].mul(3) }).Passed);
            var wrong = folder.Verify(inputs => new Dictionary<string, Tensor> { ["y"] = inputs["x"].mul(4) });
            Assert.IsFalse(wrong.Passed);
            Assert.AreEqual(2, wrong.LargestError, 1e-6);
            StringAssert.Contains(wrong.Problem, "'y'");
            Assert.IsFalse(folder.Verify(_ => new Dictionary<string, Tensor>()).Passed);
            Assert.IsFalse(folder.Verify(inputs => new Dictionary<string, Tensor> { ["y"] = full(3, float.NaN) }).Passed);
            Assert.ThrowsExactly<CheckpointException>(() => folder.Part("audio_proj"));
        }
        var file = Path.Combine(Model, "llm.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(Model)).Message, "SHA-256");
        ModelFolder.Open(Model, checkHashes: false).Dispose();
        File.WriteAllBytes(file, bytes[..^1]);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(Model, checkHashes: false)).Message, "bytes");
    }

    [TestMethod]
    public void NamesNeverLeaveTheFolder()
    {
        using var scope = NewDisposeScope();
        var content = Content(1);
        Assert.ThrowsExactly<ArgumentException>(() => ModelFolder.Write(Model, content with { Texts = new Dictionary<string, string> { ["../x"] = "" } }));
        Assert.ThrowsExactly<ArgumentException>(() => ModelFolder.Write(Model, content with { SelfTestOutput = null }));
        ModelFolder.Write(Model, content);
        var manifest = Path.Combine(Model, "manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("llm.safetensors", "../llm.safetensors"));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(Model)).Message, "plain name");
        Directory.CreateDirectory(Path.Combine(_root, "mine"));
        File.WriteAllText(Path.Combine(_root, "mine", "letter.txt"), "dear");
        Assert.ThrowsExactly<IOException>(() => ModelFolder.Write(Path.Combine(_root, "mine"), content));
        Assert.AreEqual("dear", File.ReadAllText(Path.Combine(_root, "mine", "letter.txt")));
    }

    [TestMethod]
    [DataRow("model.pth")]
    [DataRow("model.safetensors")]
    public void PublishedLayoutIsWrittenAndRecognized(string file)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_root, file);
        LlamaAvsrCheckpoint.Write(path, new Dictionary<string, IReadOnlyDictionary<string, Tensor>>
        {
            ["audiovisual_proj"] = new Dictionary<string, Tensor> { ["gate.weight"] = zeros(4, 8), ["experts.0.0.weight"] = zeros(6, 8) },
            ["llm"] = new Dictionary<string, Tensor> { ["model.embed_tokens.weight"] = zeros(10, 4) },
        });
        var summary = AvsrCheckpoint.Inspect(path);
        Assert.AreEqual(CheckpointKind.LlamaSmop, summary.Kind);
        Assert.AreEqual(4, summary.Experts);
        using var model = LlamaAvsrCheckpoint.Open(path);
        CollectionAssert.AreEqual(new long[] { 6, 8 }, model.AudiovisualProjector!.Read("experts.0.0.weight").shape);
        Assert.ThrowsExactly<ArgumentException>(() => LlamaAvsrCheckpoint.Write(path, new Dictionary<string, IReadOnlyDictionary<string, Tensor>> { ["x"] = new Dictionary<string, Tensor>() }));
    }

    [TestMethod]
    public void AnAdapterIsWrittenAndReadBack()
    {
        using var scope = NewDisposeScope();
        var config = new PeftConfig { Rank = 2, Alpha = 4, TargetModules = ["q_proj"], Dropout = 0.05 };
        PeftAdapter.Write(Model, config, new Dictionary<string, Tensor> { ["model.layers.0.self_attn.q_proj.lora_A.weight"] = ones(2, 6), ["model.layers.0.self_attn.q_proj.lora_B.weight"] = zeros(6, 2) });
        using var adapter = PeftAdapter.Open(Model);
        Assert.AreEqual(2, adapter.Config.Scale);
        CollectionAssert.AreEqual(new[] { "model.layers.0.self_attn.q_proj" }, adapter.Modules.ToArray());
        File.WriteAllText(Path.Combine(Model, "adapter_config.json"), """{"peft_type":"LORA","r":2,"use_dora":true}""");
        Assert.AreEqual("use_dora", Assert.ThrowsExactly<CheckpointException>(() => PeftAdapter.Open(Model)).Key);
        File.WriteAllText(Path.Combine(Model, "adapter_config.json"), """{"peft_type":"LORA","r":3}""");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => PeftAdapter.Open(Model)).Message, "[3, in]");
    }

    [TestMethod]
    public void FineTunedAvHubertShowsItsEncoder()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_root, "tuned.pt");
        TorchZipWriter.Write(path, new Dictionary<string, Tensor>
        {
            ["encoder.w2v_model.feature_extractor_video.proj.weight"] = zeros(8, 4),
            ["encoder.w2v_model.encoder.layer_norm.weight"] = ones(8),
            ["encoder.w2v_model.encoder.layers.0.fc1.weight"] = ones(16, 8),
            ["encoder.w2v_model.encoder.layers.1.fc1.weight"] = ones(16, 8),
            ["decoder.embed_tokens.weight"] = zeros(5, 8),
        }, nestedUnder: "model");
        using var checkpoint = AvHubertCheckpoint.Open(path);
        Assert.IsTrue(checkpoint.IsFineTuned);
        Assert.AreEqual(4, checkpoint.Weights.Entries.Count);
        Assert.AreEqual(8, checkpoint.Config.GetProperty("encoder_embed_dim").GetInt32());
        Assert.AreEqual(2, checkpoint.Config.GetProperty("encoder_layers").GetInt32());
        Assert.AreEqual(16, checkpoint.Config.GetProperty("encoder_ffn_embed_dim").GetInt32());
        Assert.AreEqual(CheckpointKind.AvHubertFineTuned, AvsrCheckpoint.Inspect(path).Kind);
    }

    private void Save(float value) => ModelFolder.Write(Model, Content(value));

    private static ModelFolderContent Content(float value) => new()
    {
        Config = JsonSerializer.SerializeToElement(new { width = 7 }),
        Parts = new Dictionary<string, IReadOnlyDictionary<string, Tensor>>
        {
            ["llm"] = new Dictionary<string, Tensor> { ["w"] = full(2, 2, value) },
            ["video_proj"] = new Dictionary<string, Tensor> { ["0.weight"] = ones(2) },
        },
        Texts = new Dictionary<string, string> { ["tokenizer.json"] = "tokens" },
        SelfTestInput = new Dictionary<string, Tensor> { ["x"] = arange(0f, 3f) },
        SelfTestOutput = new Dictionary<string, Tensor> { ["y"] = arange(0f, 3f).mul(value) },
    };
}
