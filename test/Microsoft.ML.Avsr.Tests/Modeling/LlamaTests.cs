using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class LlamaTests
{
    private const string Root = "components/03_llama/";

    [TestMethod]
    [DataRow("gqa_tied_bf16")]
    [DataRow("gqa_tied_llama3rope32")]
    [DataRow("gqa_untied_llama3rope8_bin")]
    [DataRow("gqa_untied_theta1e4_sharded")]
    [DataRow("head_dim_explicit")]
    [DataRow("mha_untied_fp16")]
    [DataRow("mha_untied_theta1e4")]
    [DataRow("qwen2_tied")]
    [DataRow("qwen2_untied")]
    public void ModelEqualsTheReferenceWithItsGradients(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = HuggingFaceFolder.Open(Golden.Find(Root + name + "/hf"));
        var model = LlamaFactory.FromHuggingFace(folder);
        var expected = Golden.Tensors(Root + name + "/expected.safetensors");
        var ids = expected["input_ids"];
        var embeddings = model.Embed(ids);
        Golden.AreClose(expected["hidden_0"], embeddings, 1e-6, what: "embeddings");
        var inputs = embeddings.detach().requires_grad_();
        var hidden = model.Decode(inputs);
        Golden.AreClose(expected[$"hidden_{model.Config.Layers}"], hidden, 1e-4, 1e-4, "hidden");
        var logits = model.Logits(hidden);
        Golden.AreClose(expected["logits"], logits, 2e-4, 2e-4, "logits");

        if (!expected.ContainsKey("loss"))
            return;
        var width = logits.shape[2];
        var loss = nn.functional.cross_entropy(
            logits.narrow(1, 0, ids.shape[1] - 1).reshape(-1, width), expected["labels"].narrow(1, 1, ids.shape[1] - 1).reshape(-1));
        Assert.AreEqual(expected["loss"].item<float>(), loss.item<float>(), 1e-5);
        if (!expected.ContainsKey("grad_inputs_embeds"))
            return;
        loss.backward();
        Golden.AreClose(expected["grad_inputs_embeds"], inputs.grad!, 1e-5, 1e-3, "grad inputs");
        Golden.AreClose(expected["grad_q_proj_layer_0"], Golden.Gradient(model, "model.layers.0.self_attn.q_proj.weight"), 1e-5, 1e-3, "grad q_proj");
        Golden.AreClose(expected["grad_norm_final"], Golden.Gradient(model, "model.norm.weight"), 1e-5, 1e-3, "grad norm");
    }

    /// <summary>The last layer computes only what is asked for: the same states, caches and gradients as of all positions.</summary>
    [TestMethod]
    [DataRow(1, 4, 4, false)]
    [DataRow(2, 4, 4, true)]
    [DataRow(3, 4, 2, true)]
    [DataRow(2, 4, 1, false)]
    public void LastPositionsAloneAreWhatTheyAreAmongAll(int layers, int heads, int keyValueHeads, bool padded)
    {
        const int Time = 7;
        using var generator = manual_seed(4);
        using var scope = NewDisposeScope();
        var config = LlamaConfig.Tiny(50) with { Width = 32, Layers = layers, Heads = heads, KeyValueHeads = keyValueHeads, FeedForward = 48 };
        using var model = new LlamaForCausalLM(config);
        model.eval();
        var start = model.Embed(randint(0, 50, [2, 3], dtype: ScalarType.Int64)).detach(); // what a cache holds
        var input = model.Embed(randint(0, 50, [2, Time], dtype: ScalarType.Int64)).detach();
        Tensor? valid = padded ? tensor(Enumerable.Range(0, 2 * (3 + Time)).Select(i => i != 1 && i != 12).ToArray(), [2, 3 + Time]) : null;

        (Tensor Hidden, Tensor[] Gradients) Run(long first, long kept)
        {
            using var cache = new KeyValueCache(config, 2, 3 + Time, ScalarType.Float32, CPU);
            using (no_grad())
                model.Decode(start, null, valid?.narrow(1, 0, 3), cache);
            foreach (var parameter in model.parameters())
                parameter.grad = null;
            var embeddings = input.clone().requires_grad_();
            var hidden = model.Decode(embeddings, null, valid, cache, first: first);
            var last = hidden.narrow(1, hidden.shape[1] - kept, kept);
            last.square().mul(arange(kept, ScalarType.Float32).add(1).view(1, kept, 1)).sum().backward();
            return (last.detach(), [embeddings.grad!, .. model.parameters().Where(p => p.grad is not null).Select(p => p.grad!.clone())]);
        }

        foreach (var first in new long[] { 1, 4, Time - 1 })
        {
            var (expected, all) = Run(0, Time - first);
            var (hidden, gradients) = Run(first, Time - first);
            Golden.AreClose(expected, hidden, 1e-5, 1e-5, $"hidden from {first}");
            Assert.HasCount(all.Length, gradients);
            for (var i = 0; i < all.Length; i++)
                Golden.AreClose(all[i], gradients[i], 1e-4, 1e-4, $"gradient {i} from {first}");
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Decode(input, first: Time));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Decode(input, first: -1));
    }

    /// <summary>Computed in bf16 the model stays within the reference's own bf16 error; weights are read without a float32 copy.</summary>
    [TestMethod]
    public void HalfPrecisionStaysNearTheReference()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var folder = HuggingFaceFolder.Open(Golden.Find(Root + "gqa_tied_bf16/hf"));
        var model = LlamaFactory.FromHuggingFace(folder, construction: new ModuleConstruction { DType = ScalarType.BFloat16 });
        Assert.IsTrue(model.parameters().All(p => p.dtype == ScalarType.BFloat16));
        var expected = Golden.Tensors(Root + "gqa_tied_bf16/expected.safetensors");
        Golden.AreClose(expected["logits"], model.call(expected["input_ids"]), 0.602);
    }

    [TestMethod]
    [DataRow("gqa_tied_llama3rope32")]
    [DataRow("qwen2_tied")]
    [DataRow("mha_untied_theta1e4")]
    public void PaddedRowsEqualTheReference(string name)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var folder = HuggingFaceFolder.Open(Golden.Find(Root + name + "/hf"));
        var model = LlamaFactory.FromHuggingFace(folder);
        var expected = Golden.Tensors(Root + name + "/expected.safetensors");
        var embeddings = expected["inputs_embeds"];
        void Compare(string key, string? mask, Tensor? positions)
        {
            var valid = mask is null ? null : expected[mask].to(ScalarType.Bool);
            var logits = model.Logits(model.Decode(embeddings, positions, valid));
            var real = valid is null ? ones_like(logits) : valid.unsqueeze(2).to(ScalarType.Float32);
            Golden.AreClose(expected[key].mul(real), logits.mul(real), 2e-4, 2e-4, key);
        }
        Compare("logits_embeds", null, null);
        Compare("logits_embeds_left", "mask_left", null);
        Compare("logits_embeds_left_pos", "mask_left", expected["position_ids_left"]);
        Compare("logits_embeds_right", "mask_right", null);
    }

    [TestMethod]
    [DataRow("gqa_tied_llama3rope32")]
    [DataRow("gqa_untied_llama3rope8_bin")]
    [DataRow("qwen2_untied")]
    public void RotaryFrequenciesEqualTheReference(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = HuggingFaceFolder.Open(Golden.Find(Root + name + "/hf"));
        var frequencies = LlamaConfig.FromJson(folder.Config).RotaryFrequencies();
        var expected = Golden.Tensors(Root + name + "/expected.safetensors");
        Golden.AreClose(expected["rope_inv_freq"], tensor(frequencies), 0, 1e-6, "frequencies");
        var positions = expected["rope_positions"];
        var table = RotaryTable.Of(positions.unsqueeze(0), frequencies, ScalarType.Float32);
        var half = frequencies.Length;
        var tolerance = expected["rope_positions"].to(ScalarType.Float32).mul(2e-7).add(1e-5).max().item<float>();
        Golden.AreClose(expected["rope_cos"].narrow(1, 0, half), table.Cosine.reshape(-1, half), tolerance, what: "cos");
        Golden.AreClose(expected["rope_sin"].narrow(1, 0, half), table.Sine.reshape(-1, half), tolerance, what: "sin");
    }

    /// <summary>The specification's frequencies of Llama-3.2-1B, 3.2-3B and 3.1-8B, section 7.</summary>
    [TestMethod]
    public void PublishedModelsHaveTheirRotaryFrequencies()
    {
        void Check(LlamaConfig config, params (int Index, double Value)[] values)
        {
            var frequencies = config.RotaryFrequencies();
            foreach (var (index, value) in values)
                Assert.AreEqual(value, frequencies[index], value * 2e-6, $"f[{index}]");
        }
        Check(LlamaConfig.Llama32With1B, (1, 0.66360124), (15, 1.2905479e-3), (16, 4.295568e-4), (18, 1.9461638e-5), (31, 9.4183067e-8));
        Check(LlamaConfig.Llama32With3B, (29, 2.118407e-3), (35, 2.3890531e-5), (63, 7.672315e-8));
        Check(LlamaConfig.Llama31With8B, (29, 2.1665708e-3), (35, 9.5562124e-5), (63, 3.068926e-7));
    }

    [TestMethod]
    [DataRow("gqa_tied_llama3rope32")]
    [DataRow("mha_untied_theta1e4")]
    public void CacheGivesWhatNoCacheGives(string name)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var folder = HuggingFaceFolder.Open(Golden.Find(Root + name + "/hf"));
        var model = LlamaFactory.FromHuggingFace(folder);
        var expected = Golden.Tensors(Root + name + "/expected.safetensors");
        var ids = expected["input_ids"];
        using var cache = new KeyValueCache(model.Config, 2, 20);
        var pieces = new List<Tensor>();
        var start = 0L;
        foreach (var length in new[] { 5, 1, 1, 7, 1, 2 })
        {
            pieces.Add(model.Logits(model.Decode(model.Embed(ids.narrow(1, start, length)), cache: cache)));
            start += length;
        }
        Assert.AreEqual(17, cache.Length);
        Golden.AreClose(expected["logits"], cat(pieces, 1), 2e-4, 2e-4);

        // Rows may be reordered and doubled between steps, as beam search does.
        cache.Truncate(10);
        cache.Reorder(tensor(new long[] { 1, 0, 1 }));
        var rest = model.Logits(model.Decode(model.Embed(ids.index_select(0, tensor(new long[] { 1, 0, 1 })).narrow(1, 10, 7)), cache: cache));
        var right = expected["logits"].index_select(0, tensor(new long[] { 1, 0, 1 })).narrow(1, 10, 7);
        Golden.AreClose(right, rest, 2e-4, 2e-4, "reordered");
        cache.Truncate(10);
        cache.Reorder(tensor(new long[] { 1, 1, 0 }));
        var again = model.Logits(model.Decode(model.Embed(ids.index_select(0, tensor(new long[] { 0, 0, 1 })).narrow(1, 10, 1)), cache: cache));
        Golden.AreClose(expected["logits"].index_select(0, tensor(new long[] { 0, 0, 1 })).narrow(1, 10, 1), again, 2e-4, 2e-4, "reordered in place");
    }

    /// <summary>A trained model: its greedy text, word for word, token by token through the cache.</summary>
    [TestMethod]
    public void TrainedStoriesModelTellsItsStory()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var file = new Llama2CheckpointReader(SharedData.Require("data/tiny-llama/stories260K.bin"));
        var tokenizer = Llama2cTokenizer.Load(SharedData.Require("data/tiny-llama/tok512.bin"));
        var expected = File.ReadAllText(SharedData.Require("data/tiny-llama/expected_greedy.txt")).TrimEnd('\n');
        var model = LlamaFactory.FromLlama2(file);
        using var cache = new KeyValueCache(model.Config, 1, 512);
        var ids = new List<int>();
        var next = 1L; // BOS
        for (var step = 0; step < 256; step++)
        {
            using var inner = NewDisposeScope();
            var token = tensor(new[] { next }, [1, 1]);
            next = model.Logits(model.Decode(model.Embed(token), cache: cache)).argmax(-1).item<long>();
            if (next == 1)
                break;
            ids.Add((int)next);
        }
        StringAssert.StartsWith(tokenizer.Decode(ids).TrimStart(' '), expected[..200]);
        Assert.AreEqual(expected, tokenizer.Decode(ids).Trim());
    }

    [TestMethod]
    public void FullCacheIsRefused()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var model = new LlamaForCausalLM(LlamaConfig.Tiny(16));
        using var cache = new KeyValueCache(model.Config, 1, 2);
        var problem = Assert.ThrowsExactly<ArgumentException>(() => model.Decode(zeros(1, 3, 192), cache: cache));
        StringAssert.Contains(problem.Message, "at most 2 tokens");
    }

    [TestMethod]
    public void AddedTokensKeepTheOldOnes()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var name in new[] { "gqa_tied_llama3rope32", "mha_untied_theta1e4" })
        {
            using var folder = HuggingFaceFolder.Open(Golden.Find(Root + name + "/hf"));
            var model = LlamaFactory.FromHuggingFace(folder, addedTokens: 5);
            var expected = Golden.Tensors(Root + name + "/expected.safetensors");
            var logits = model.call(expected["input_ids"]);
            var stored = expected["logits"].shape[2];
            Assert.AreEqual(stored + 5, logits.shape[2]);
            Golden.AreClose(expected["logits"], logits.narrow(2, 0, stored), 2e-4, 2e-4, name);
            var added = model.Embed(arange(stored, stored + 5, ScalarType.Int64));
            Assert.AreEqual(0.02, added.std().item<float>(), 0.005);
        }
    }

    [TestMethod]
    public void FullSizesHaveTheirParameterCounts()
    {
        Assert.AreEqual(1_235_814_400L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Llama32With1B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(3_212_749_824L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Llama32With3B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(8_030_261_248L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Llama31With8B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(8_030_261_248L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Llama3With8B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(6_738_415_616L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Llama2With7B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(13_015_864_320L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Llama2With13B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(494_032_768L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Qwen25WithHalfB, null, ModuleConstruction.Meta)));
        Assert.AreEqual(1_543_714_304L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Qwen25With1AndHalfB, null, ModuleConstruction.Meta)));
        Assert.AreEqual(3_085_938_688L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Qwen25With3B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(7_615_616_512L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Qwen25With7B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(14_770_033_664L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Qwen25With14B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(32_763_876_352L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Qwen25With32B, null, ModuleConstruction.Meta)));
        Assert.AreEqual(1_100_048_384L, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.TinyLlama, null, ModuleConstruction.Meta)));
        Assert.AreEqual(0.908e6, Golden.ParameterCount(new LlamaForCausalLM(LlamaConfig.Tiny(58), null, ModuleConstruction.Meta)), 0.005e6);
    }

    /// <summary>The specification's adapter sizes, 5.4.</summary>
    [TestMethod]
    public void AdaptersHaveThePublishedSizes()
    {
        void Check(LlamaConfig config, int reduction, long expected)
        {
            var plain = Golden.ParameterCount(new LlamaForCausalLM(config, null, ModuleConstruction.Meta));
            var adapted = Golden.ParameterCount(new LlamaForCausalLM(config, LoraConfig.OfReference(reduction, 4), ModuleConstruction.Meta));
            Assert.AreEqual(expected, adapted - plain);
        }
        Check(LlamaConfig.Llama32With1B, 32, 6_815_744);
        Check(LlamaConfig.Llama32With1B, 64, 3_407_872);
        Check(LlamaConfig.Llama32With3B, 32, 27_525_120);
        Check(LlamaConfig.Llama32With3B, 64, 13_762_560);
        Check(LlamaConfig.Llama31With8B, 64, 27_262_976);
        Check(LlamaConfig.Llama2With7B, 64, 33_554_432);
    }
}
