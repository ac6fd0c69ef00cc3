using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Llama and Qwen2 folders: <c>03_llama</c>.</summary>
internal sealed class LlamaCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category == "03_llama";

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var tensors = folder.Tensors();
        using var files = HuggingFaceFolder.Open(folder.PathOf("hf"));
        using var model = LlamaFactory.FromHuggingFace(files);
        var plain = folder.Tolerance(null, new Tolerance(2e-4, 2e-4));
        RunForward(folder, tensors, model, plain, check);
        using var guard = no_grad();
        RunHidden(folder, tensors, files, plain, check);
        RunEmbedded(folder, tensors, model, check);
        RunCache(tensors, model, folder.Tolerance("logits", plain), check);
        RunRotary(folder, tensors, model, check);
        if (tensors.Entries.ContainsKey("logits_bf16_compute"))
        {
            using var half = LlamaFactory.FromHuggingFace(files, construction: new ModuleConstruction { DType = ScalarType.BFloat16 });
            check.Close("logits_bf16_compute", tensors.Read("logits_bf16_compute"), half.call(tensors.Read("input_ids")), folder.Tolerance("logits_bf16_compute"));
        }
    }

    private static void RunForward(CaseFolder folder, SafetensorsReader tensors, LlamaForCausalLM model, Tolerance plain, CaseCheck check)
    {
        var ids = tensors.Read("input_ids");
        var inputs = model.Embed(ids).detach().requires_grad_();
        var logits = model.Logits(model.Decode(inputs));
        check.Close("logits", tensors.Read("logits"), logits, folder.Tolerance("logits", plain));
        if (!tensors.Entries.ContainsKey("loss"))
            return;
        var loss = Losses.NextToken(logits, tensors.Read("labels"));
        check.Close("loss", tensors.Read("loss").reshape(1), loss.reshape(1), folder.Tolerance("loss", plain));
        if (tensors.Entries.ContainsKey("nll_per_token"))
            check.Close("nll_per_token", tensors.Read("nll_per_token"), Losses.NextTokens(logits, tensors.Read("labels")), folder.Tolerance("logits", plain));
        if (!tensors.Entries.ContainsKey("grad_inputs_embeds"))
            return;
        loss.backward();
        var tolerance = folder.Tolerance("grads");
        check.Close("grad_inputs_embeds", tensors.Read("grad_inputs_embeds"), inputs.grad!, tolerance);
        check.Close("grad_q_proj_layer_0", tensors.Read("grad_q_proj_layer_0"), model.get_parameter("model.layers.0.self_attn.q_proj.weight")!.grad!, tolerance);
        check.Close("grad_norm_final", tensors.Read("grad_norm_final"), model.get_parameter("model.norm.weight")!.grad!, tolerance);
    }

    /// <summary>Hidden states: the embeddings, models cut after fewer layers (through the final norm), and the whole model.</summary>
    private static void RunHidden(CaseFolder folder, SafetensorsReader tensors, HuggingFaceFolder files, Tolerance plain, CaseCheck check)
    {
        var config = LlamaConfig.FromJson(files.Config);
        var tolerance = folder.Tolerance("hidden", plain);
        var ids = tensors.Read("input_ids");
        for (var layers = 0; layers <= config.Layers; layers++)
        {
            var name = $"hidden_{layers}";
            if (!tensors.Entries.ContainsKey(name))
                continue;
            using var cut = new LlamaForCausalLM(config with { Layers = layers }, null, ModuleConstruction.ForLoading);
            StateDictionaryLoader.Load(cut, files.Weights, strict: false);
            cut.eval();
            var expected = tensors.Read(name);
            if (layers == 0)
                check.Close(name, expected, cut.Embed(ids), tolerance);
            var norm = cut.get_parameter("model.norm.weight")!;
            var normed = layers == config.Layers ? expected
                : expected.mul(expected.square().mean([-1], true).add(config.RmsEpsilon).rsqrt()).mul(norm);
            check.Close(layers == config.Layers ? name : $"norm of {name}", normed, cut.Decode(cut.Embed(ids)), tolerance);
        }
    }

    private static void RunEmbedded(CaseFolder folder, SafetensorsReader tensors, LlamaForCausalLM model, CaseCheck check)
    {
        void Compare(string name, Tensor embeddings, string? maskName, Tensor? positions)
        {
            if (!tensors.Entries.ContainsKey(name))
                return;
            var valid = maskName is null ? null : tensors.Read(maskName).to(ScalarType.Bool);
            var logits = model.Logits(model.Decode(embeddings, positions, valid));
            var expected = tensors.Read(name);
            if (valid is not null)
            {
                var real = valid.unsqueeze(2).to(ScalarType.Float32);
                (expected, logits) = (expected.mul(real), logits.mul(real));
            }
            check.Close(name, expected, logits, folder.Tolerance("logits"));
        }
        if (tensors.Entries.ContainsKey("inputs_embeds"))
        {
            var embeddings = tensors.Read("inputs_embeds");
            Compare("logits_embeds", embeddings, null, null);
            Compare("logits_embeds_left", embeddings, "mask_left", null);
            Compare("logits_embeds_left_pos", embeddings, "mask_left", tensors.Entries.ContainsKey("position_ids_left") ? tensors.Read("position_ids_left") : null);
            Compare("logits_embeds_right", embeddings, "mask_right", null);
        }
        if (tensors.Entries.ContainsKey("far_position_ids"))
        {
            var positions = tensors.Read("far_position_ids");
            Compare("logits_far", model.Embed(tensors.Read("input_ids").narrow(0, 0, 1).narrow(1, 0, positions.shape[1])), null, positions);
        }
    }

    private static void RunCache(SafetensorsReader tensors, LlamaForCausalLM model, Tolerance tolerance, CaseCheck check)
    {
        var ids = tensors.Read("input_ids");
        var (batch, time) = (ids.shape[0], ids.shape[1]);
        using var cache = new KeyValueCache(model.Config, batch, time);
        var pieces = new List<Tensor>();
        for (var start = 0L; start < time;)
        {
            var length = start == 0 ? Math.Min(3, time) : 1;
            pieces.Add(model.Logits(model.Decode(model.Embed(ids.narrow(1, start, length)), cache: cache)));
            start += length;
        }
        check.Close("logits through the cache", tensors.Read("logits"), cat(pieces, 1), tolerance);
        if (!tensors.Entries.ContainsKey("kv_key_layer_0"))
            return;
        // Appending nothing shows what the cache holds.
        var nothing = zeros(batch, model.Config.KeyValueHeads, 0, model.Config.EffectiveHeadSize);
        var (keys, values) = cache.Append(0, nothing, nothing);
        check.Close("kv_key_layer_0", tensors.Read("kv_key_layer_0"), keys, tolerance);
        check.Close("kv_value_layer_0", tensors.Read("kv_value_layer_0"), values, tolerance);
    }

    private static void RunRotary(CaseFolder folder, SafetensorsReader tensors, LlamaForCausalLM model, CaseCheck check)
    {
        if (!tensors.Entries.ContainsKey("rope_inv_freq"))
            return;
        var frequencies = model.Config.RotaryFrequencies();
        check.Close("rope_inv_freq", tensors.Read("rope_inv_freq"), tensor(frequencies), new Tolerance(0, folder.Root.GetProperty("tolerance").GetProperty("rope").Number("inv_freq_rtol")));
        var positions = tensors.Read("rope_positions");
        var table = RotaryTable.Of(positions.unsqueeze(0), frequencies, ScalarType.Float32);
        var half = frequencies.Length;
        var places = positions.data<long>().ToArray();
        for (var i = 0; i < places.Length; i++)
        {
            // The case's rule: 1e-5 below position 2048, about 1e-7 times the position above, where float32 angles are coarse.
            var tolerance = new Tolerance(places[i] < 2048 ? 1e-5 : 1.5e-7 * places[i]);
            foreach (var start in new[] { 0, half })
            {
                check.Close($"rope_cos at {places[i]}", tensors.Read("rope_cos")[i].narrow(0, start, half), table.Cosine.reshape(-1, half)[i], tolerance);
                check.Close($"rope_sin at {places[i]}", tensors.Read("rope_sin")[i].narrow(0, start, half), table.Sine.reshape(-1, half)[i], tolerance);
            }
        }
    }
}
