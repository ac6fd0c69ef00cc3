using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Whole models: features, prompts, labels, losses, gradients, optimiser steps and generated ids: <c>07_e2e…</c>.</summary>
internal sealed class EndToEndCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("07_e2e", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        using var model = new EndToEndModel(folder, ReferenceCompatibility.All);
        if (folder.Root.Find("num_parameters") is { } parameters)
            check.Close("num_parameters", parameters.GetInt64(), model.CountParameters(), Tolerance.Exact);
        var trainable = folder.Root.GetProperty("trainable").EnumerateArray().Select(n => n.GetString()!).ToHashSet(StringComparer.Ordinal);
        var adapted = new Dictionary<string, Parameter>(StringComparer.Ordinal);
        foreach (var (key, parameter) in model.Model.named_parameters())
        {
            var name = PublishedLayout.NameOf(model.Config, key);
            parameter.requires_grad_(name is not null && trainable.Contains(name));
            if (parameter.requires_grad)
                adapted.Add(name!, parameter);
        }
        check.Sequence("trainable", trainable.Order(StringComparer.Ordinal), adapted.Keys.Order(StringComparer.Ordinal));
        RunArchitecture(folder, model, check);
        RunWhisper(folder, model, check);
        RunTraining(folder, model, adapted, check);
        // One clip alone needs none of the reference's quirks.
        using (var plain = new EndToEndModel(folder, ReferenceCompatibility.None))
            RunInference(folder, plain, check);
        RunFiles(folder, model, check);
        if (folder.Has("train_steps.safetensors"))
            RunSteps(folder, model, adapted, check);
    }

    /// <summary>The architecture that the weights show must be the one that the case's configuration describes.</summary>
    private static void RunArchitecture(CaseFolder folder, EndToEndModel model, CaseCheck check)
    {
        var config = model.Config;
        var read = PublishedArchitecture.Read(folder.Tensors("weights.safetensors"), new PublishedOptions
        {
            LanguageModel = config.LanguageModel, AudioRate = config.AudioRate, VideoRate = config.VideoRate, TopK = config.Projector.TopK, LoraScale = config.Lora!.Scale,
            AudioHeads = config.AudioEncoder?.Heads, VideoHeads = config.VisualEncoder?.Heads, VideoNormFirst = config.VisualEncoder?.NormFirst ?? true,
        });
        check.Same("streams", config.AvHubertStreams, read.AvHubertStreams);
        check.Same("audio encoder", config.AudioEncoder, read.AudioEncoder);
        check.Same("language model", config.LanguageModel, read.LanguageModel);
        check.Same("projector", config.Projector, read.Projector);
        check.Same("adapters' rank", config.Lora.RankFor(config.LanguageModel.Width), read.Lora!.RankFor(config.LanguageModel.Width));
        check.Same("visual adapters' rank", config.VisualLora?.RankFor(config.VisualEncoder!.Width), read.VisualLora?.RankFor(config.VisualEncoder!.Width));
        // A stream that the model lacks keeps any rate; averaging shows in no shape.
        if (config.Projector.AudioWidth is not null)
            check.Same("audio compression", (config.Compression, config.AudioRate), (read.Compression, read.AudioRate));
        if (config.Projector.VideoWidth is not null)
            check.Same("video compression", (config.Compression, config.VideoRate), (read.Compression, read.VideoRate));
    }

    private static void RunWhisper(CaseFolder folder, EndToEndModel model, CaseCheck check)
    {
        if (!folder.Has("whisper.safetensors"))
            return;
        using var guard = no_grad();
        var expected = folder.Tensors("whisper.safetensors");
        var tolerance = folder.Tolerance("features_abs");
        var (mel, _) = model.Sound(null, null);
        var frames = model.Model.AudioEncoder!.call(mel, null).Features;
        foreach (var (name, actual, axis) in new[] { ("input_features_first_", mel, 2), ("last_hidden_state_first_", frames, 1) })
        {
            if (expected.Entries.Keys.FirstOrDefault(n => n.StartsWith(name, StringComparison.Ordinal)) is { } found)
            {
                var numbers = expected.Read(found);
                check.Close(found, numbers, actual.narrow(axis, 0, numbers.shape[axis]), tolerance);
            }
        }
    }

    private static (Tensor Loss, Tensor Language, Tensor? Sink, PromptBatch Prompt, ProjectedTokens Projected, (EncodedSequence? Audio, EncodedSequence? Video) Encoded)
        Forward(CaseFolder folder, EndToEndModel model)
    {
        var encoded = model.Encode(alone: false);
        var (prompt, projected) = model.Assemble(encoded, Transcripts(folder, model));
        var layers = folder.Config.Flag("add_sink_loss") ? new List<Tensor>() : null;
        var language = TranscriptLoss.CrossEntropy(model.Model.LanguageModel, prompt, layers);
        var total = language;
        Tensor? sink = null;
        if (layers is not null)
        {
            sink = TranscriptLoss.Sink(layers, prompt).mul(folder.Config.Number("sink_loss_factor"));
            total = total.add(sink);
        }
        if (folder.Config.Find("smop") is { } mixture)
        {
            total = total.add(projected.LoadBalanceLoss!.mul(mixture.Number("load_balancing_loss_coeff")))
                .add(projected.RouterZLoss!.mul(mixture.Number("router_z_loss_coeff")));
        }
        return (total, language, sink, prompt, projected, encoded);
    }

    private static void RunTraining(CaseFolder folder, EndToEndModel model, Dictionary<string, Parameter> adapted, CaseCheck check)
    {
        var expected = folder.Tensors("train_output.safetensors");
        var (loss, language, sink, prompt, projected, encoded) = Forward(folder, model);
        var features = folder.Tolerance("features_abs");
        foreach (var (name, actual) in new[]
        {
            ("compressed_audio_features", encoded.Audio?.Features), ("compressed_video_features", encoded.Video?.Features),
            ("compressed_audiovisual_features", encoded.Video?.Features),
        })
        {
            if (expected.Entries.ContainsKey(name))
                check.Close(name, expected.Read(name), actual!, features);
        }
        var relative = new Tolerance(0, folder.Root.GetProperty("tolerance").Number("loss_rel"));
        void Scalar(string name, Tensor? actual)
        {
            if (expected.Entries.ContainsKey(name))
                check.Close(name, expected.Read(name).reshape(1), actual!.reshape(1), relative);
        }
        Scalar("llm_loss", language);
        Scalar("loss", loss);
        Scalar("sink_loss", sink);
        Scalar("load_balancing_loss", projected.LoadBalanceLoss);
        Scalar("router_z_loss", projected.RouterZLoss);
        RunReferenceInput(folder, model, prompt, expected, check);

        loss.backward();
        var tolerances = folder.Root.GetProperty("tolerance");
        var gradient = new Tolerance(tolerances.Number("grad_abs"), tolerances.Number("grad_rel"));
        foreach (var name in expected.Entries.Keys.Where(n => n.StartsWith("grad.", StringComparison.Ordinal)))
        {
            var parameter = adapted[name["grad.".Length..]];
            // An expert that no token chose has no gradient here outside training, and zeros in the reference.
            check.Close(name, expected.Read(name), parameter.grad ?? zeros_like(parameter), gradient);
        }
    }

    /// <summary>
    /// Our prompts end with the transcript; the reference's input also holds the end token and padding, which predict nothing. With
    /// those appended, input embeddings, labels and all logits are compared.
    /// </summary>
    private static void RunReferenceInput(CaseFolder folder, EndToEndModel model, PromptBatch prompt, SafetensorsReader expected, CaseCheck check)
    {
        using var guard = no_grad();
        var llm = model.Model.LanguageModel;
        var reference = expected.Read("inputs_embeds"); // [batch, length, width]
        var (batch, length) = ((int)reference.shape[0], (int)reference.shape[1]);
        var end = llm.Embed(tensor(new long[] { model.Tokenizer.EosId }));
        var pad = llm.Embed(tensor(new long[] { model.Tokenizer.PadId }));
        var rows = new List<Tensor>();
        for (var b = 0; b < batch; b++)
            rows.Add(cat([prompt.Embeddings[b].narrow(0, 0, prompt.Lengths[b]), end, pad.expand(length - prompt.Lengths[b] - 1, -1)], 0));
        var full = stack(rows);
        check.Close("inputs_embeds", reference, full, folder.Tolerance("embeds_abs"));
        check.Close("logits", expected.Read("logits"), llm.Logits(llm.Decode(full)), folder.Tolerance("logits_abs"));

        var labels = new long[batch * length];
        Array.Fill(labels, -100);
        var width = (int)prompt.Embeddings.shape[1];
        for (var i = 0; i < prompt.Labels.Length; i++)
        {
            var (row, place) = Math.DivRem((int)prompt.LabelPositions[i], width);
            labels[row * length + place + 1] = prompt.Labels[i]; // the reference's labels are shifted by one inside its loss
        }
        for (var b = 0; b < batch; b++)
            labels[b * length] = model.Tokenizer.BosId; // dropped by that shift
        check.Close("labels", expected.Read("labels"), tensor(labels, [batch, length]), Tolerance.Exact);
    }

    private static void RunInference(CaseFolder folder, EndToEndModel model, CaseCheck check)
    {
        using var guard = no_grad();
        var expected = folder.Tensors("inference.safetensors");
        var (prompt, _) = model.Assemble(model.Encode(alone: true), null);
        var llm = model.Model.LanguageModel;
        check.Close("inference inputs_embeds", expected.Read("inputs_embeds"), prompt.Embeddings, folder.Tolerance("embeds_abs"));
        var logits = llm.Logits(llm.Decode(prompt.Embeddings));
        check.Close("prefill_logits_last", expected.Read("prefill_logits_last"), logits.select(1, -1), folder.Tolerance("logits_abs"));
        int[] endTokens = [model.Tokenizer.EosId];
        foreach (var run in folder.Root.GetProperty("generation").EnumerateArray())
        {
            var beams = run.Integer("beams");
            var scores = run.Find("top_scores")?.Numbers() ?? [];
            var options = new DecodingOptions { BeamSize = beams, MaxTokens = folder.Root.Integer("max_new_tokens"), Alternatives = Math.Max(1, scores.Length) }.Validate();
            var found = beams == 1
                ? GreedySearch.Decode(llm, prompt, endTokens, options, CancellationToken.None)
                : BeamSearch.Decode(llm, prompt, endTokens, options, CancellationToken.None)[0];
            check.Sequence($"beam {beams}: ids", run.GetProperty("ids").Integers(), Ids(found[0]));
            if (scores.Length == 0)
                continue;
            check.Numeric($"beam {beams}: scores", scores, [.. found.Select(h => h.Score)], new Tolerance(1e-4, 1e-4));
            var top = expected.Read($"beam{beams}.top_ids");
            for (var i = 0; i < Math.Min(found.Length, top.shape[0]); i++)
            {
                var ids = Ids(found[i]);
                check.Sequence($"beam {beams}: ids of hypothesis {i}", CaseCheck.Numbers(top[i]).Take(ids.Length).Select(x => (int)x), ids);
            }
        }
    }

    /// <summary>The same model through a PyTorch file, where the case has one; and saved and read again in the published layout.</summary>
    private static void RunFiles(CaseFolder folder, EndToEndModel model, CaseCheck check)
    {
        using var guard = no_grad();
        var weights = folder.Tensors("weights.safetensors");
        foreach (var file in Directory.GetFiles(folder.Location, "*.pth"))
        {
            using var checkpoint = LlamaAvsrCheckpoint.Open(file);
            using var loaded = PublishedLayout.Load(checkpoint, model.Config, model.Tokenizer);
            Compare(Path.GetFileName(file), model.Model, loaded, check);
        }
        foreach (var extension in new[] { "safetensors", "pth" })
        {
            var saved = Path.Combine(Path.GetTempPath(), $"avsr-parity-{Environment.ProcessId}.{extension}");
            try
            {
                PublishedLayout.Save(saved, model.Model);
                using var again = AvsrCheckpoint.Open(saved);
                // The reference loads strictly: no name may be missing or left over.
                check.Sequence($"names saved as {extension}", weights.Entries.Keys.Order(StringComparer.Ordinal), again.Entries.Keys.Order(StringComparer.Ordinal));
                foreach (var name in again.Entries.Keys)
                    check.Close($"saved {name}", weights.Read(name), again.Read(name), Tolerance.Exact);
            }
            finally
            {
                File.Delete(saved);
            }
        }
    }

    private static void Compare(string what, AvsrModel expected, AvsrModel actual, CaseCheck check)
    {
        var other = actual.state_dict();
        foreach (var (name, value) in expected.state_dict())
            check.Close($"{what}: {name}", value, other[name], Tolerance.Exact);
    }

    private static void RunSteps(CaseFolder folder, EndToEndModel model, Dictionary<string, Parameter> adapted, CaseCheck check)
    {
        var expected = folder.Tensors("train_steps.safetensors");
        var rates = CaseCheck.Numbers(expected.Read("lr"));
        var (losses, norms, ours) = (new double[rates.Length], new double[rates.Length], new double[rates.Length]);
        // "AdamW(lr 1e-3, betas 0.9/0.98, eps 1e-8, weight decay 0.1 on every trainable tensor), WarmupCosineScheduler(warmup_epochs 1,
        // total_epochs 3, steps_per_epoch 4), loss multiplied by world_size/sum(batch sizes) = 1/B, gradient norm clipped at 10"
        var words = folder.Root.GetProperty("files").GetProperty("train_steps.safetensors").Text("what").Split([' ', '(', ')', ',', '/'], StringSplitOptions.RemoveEmptyEntries);
        double Setting(string name) => double.Parse(words[Array.IndexOf(words, name) + 1], System.Globalization.CultureInfo.InvariantCulture);
        var (peak, perEpoch) = (Setting("lr"), Setting("steps_per_epoch"));
        using var optimizer = optim.AdamW(adapted.Values, peak, 0.9, 0.98, 1e-8, 0.1);
        var batch = (double)folder.Tensors("train_input.safetensors").Read("tokens").shape[0];
        for (var step = 0; step < rates.Length; step++)
        {
            using var scope = NewDisposeScope();
            ours[step] = LearningRateSchedules.Reference(peak, Setting("warmup_epochs") * perEpoch, Setting("total_epochs") * perEpoch, step);
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = ours[step];
            optimizer.zero_grad();
            var loss = Forward(folder, model).Loss;
            losses[step] = loss.item<float>();
            loss.div(batch).backward();
            norms[step] = nn.utils.clip_grad_norm_(adapted.Values, 10);
            optimizer.step();
        }
        var tolerances = folder.Root.GetProperty("tolerance");
        check.Numeric("step rates", rates, ours, new Tolerance(1e-12, 1e-9));
        check.Numeric("step losses", CaseCheck.Numbers(expected.Read("loss")), losses, new Tolerance(0, tolerances.Number("loss_rel")));
        check.Numeric("step gradient norms", CaseCheck.Numbers(expected.Read("grad_norm_before_clip")), norms, new Tolerance(tolerances.Number("grad_abs"), tolerances.Number("grad_rel")));
        foreach (var (name, parameter) in adapted)
        {
            if (expected.Entries.ContainsKey("after." + name))
                check.Close("after." + name, expected.Read("after." + name), parameter, new Tolerance(tolerances.Number("grad_abs"), tolerances.Number("grad_rel")));
        }
    }

    private static int[][] Transcripts(CaseFolder folder, EndToEndModel model) =>
        [.. folder.Config.GetProperty("tokenizer").GetProperty("texts").EnumerateArray().Select(t => model.Tokenizer.Encode(t.GetString()!))];

    private static int[] Ids(Hypothesis hypothesis) => hypothesis.EndToken is { } end ? [.. hypothesis.Tokens, end] : hypothesis.Tokens;
}
