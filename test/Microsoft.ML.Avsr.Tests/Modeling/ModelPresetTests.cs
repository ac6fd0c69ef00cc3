using Microsoft.ML.Avsr.Modeling;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Modeling;

[TestClass]
public sealed class ModelPresetTests
{
    /// <summary>Trained parameters of the published configurations (specification 5.4), counted without memory.</summary>
    [TestMethod]
    [DataRow("medium_large_llama3.2-1b_jejr_4-2", 32_018_432L)]
    [DataRow("medium_large_llama3.2-1b_dense_4-2", 19_415_040L)]
    [DataRow("medium_none_llama3.1-8b_dense_3-1_stack_plain", 41_949_184L)]
    [DataRow("none_large_llama3.1-8b_dense_1-3_stack_plain_adapted", 48_240_640L)]
    [DataRow("medium_large_llama3.1-8b_dense_4-2_stack_plain", 56_635_392L)]
    public void PublishedConfigurationsTrainThePublishedNumberOfParameters(string name, long expected)
    {
        var config = ModelPreset.Parse(name).Build();
        long Count(nn.Module module) => Golden.ParameterCount(module);
        var projector = Count(new MultimodalProjector(config.Projector, ModuleConstruction.Meta));
        var adapters = Count(new LlamaForCausalLM(config.LanguageModel, config.Lora, ModuleConstruction.Meta)) - Count(new LlamaForCausalLM(config.LanguageModel, null, ModuleConstruction.Meta));
        var visual = config.VisualLora is null ? 0
            : Count(new AvHubertEncoder(config.VisualEncoder!, config.VisualLora, ModuleConstruction.Meta)) - Count(new AvHubertEncoder(config.VisualEncoder!, null, ModuleConstruction.Meta));
        Assert.AreEqual(expected, projector + adapters + visual);
    }

    /// <summary>The parts of the same table, by names of the published configurations.</summary>
    [TestMethod]
    [DataRow("medium_large_llama3.2-1b_jejr_4-2", 6_299_648L)]
    [DataRow("medium_large_llama3.2-1b_jejr_4-2_plain", 6_295_552L)]
    [DataRow("medium_large_llama3.2-3b_dedr_4-2", 8_399_872L)]
    [DataRow("medium_large_llama3.1-8b_jedr_4-2", 10_500_096L)]
    [DataRow("small_none_llama3.2-1b_dedr_4-2", 5_775_360L)]
    [DataRow("base_none_llama3.2-1b_dedr_4-2", 5_251_072L)]
    [DataRow("tiny_none_llama3.2-1b_dedr_4-2", 4_988_928L)]
    public void ExpertsAndGatesHaveThePublishedSizes(string name, long expected)
    {
        var config = ModelPreset.Parse(name).Build();
        var counts = new MultimodalProjector(config.Projector, ModuleConstruction.Meta).named_parameters()
            .GroupBy(p => p.Item1[..(p.Item1.IndexOf(".experts.", StringComparison.Ordinal) is var at and > 0 ? at + ".experts.0".Length : p.Item1.Length)])
            .ToDictionary(g => g.Key, g => g.Sum(p => p.Item2.numel()));
        var experts = counts.Where(c => c.Key.Contains(".experts.", StringComparison.Ordinal)).ToArray();
        Assert.HasCount(config.Projector.Routing == ProjectorRouting.Dedr && config.VisualEncoder is not null ? 8 : 4, experts);
        foreach (var (key, count) in experts)
            Assert.AreEqual(expected, count, key);
        foreach (var (key, count) in counts.Except(experts))
            Assert.AreEqual(4L * (config.AudioEncoder?.Width ?? config.VisualEncoder!.Width), count, key);
    }

    [TestMethod]
    [DataRow("none_large_llama3.2-3b_dense_3-1_stack_plain_audio", AvHubertStreams.Audio, 3072, null)]
    [DataRow("none_large_llama3.2-3b_dense_4-2_stack_separate", AvHubertStreams.Separate, 4096, 2048)]
    [DataRow("none_base_tinyllama_dense_4-2_joint", AvHubertStreams.Joint, null, 768)]
    public void AvHubertsArrangementsHaveNames(string name, AvHubertStreams streams, int? audio, int? video)
    {
        var preset = ModelPreset.Parse(name);
        Assert.AreEqual(name, preset.ToString());
        var config = preset.Build();
        Assert.AreEqual(streams, config.AvHubertStreams);
        Assert.AreEqual(audio, config.Projector.AudioWidth);
        Assert.AreEqual(video, config.Projector.VideoWidth);
        Assert.IsFalse(config.PadAudioTo30Seconds);
        Assert.AreEqual("Streams", Assert.ThrowsExactly<ArgumentException>(() => (preset with { Whisper = "medium" }).Build()).ParamName);
    }

    [TestMethod]
    public void ExpertsAreInTheName()
    {
        var preset = ModelPreset.ReleasedSmop with { Experts = 8, TopK = 3 };
        Assert.AreEqual("medium_large_llama3.2-1b_jejr_4-2_n8k3", preset.ToString());
        Assert.AreEqual(preset, ModelPreset.Parse(preset.ToString()));
        Assert.AreEqual(8, preset.Build().Projector.Experts);
    }

    [TestMethod]
    public void EveryCombinationHasANameThatReadsBack()
    {
        var built = 0;
        foreach (var whisper in ModelPreset.WhisperSizes)
            foreach (var visual in ModelPreset.AvHubertSizes)
                foreach (var llm in ModelPreset.LanguageModels)
                    foreach (var routing in Enum.GetValues<ProjectorRouting>())
                    {
                        if (whisper == "none" && visual == "none")
                            continue;
                        var preset = ModelPreset.Parse($"{whisper}_{visual}_{llm}_{routing.ToString().ToLowerInvariant()}_16-5");
                        Assert.AreEqual(preset, ModelPreset.Parse(preset.ToString()));
                        AvsrModelConfig config;
                        try
                        {
                            config = preset.Build();
                        }
                        catch (ArgumentException problem)
                        {
                            // Joint experts need equal widths.
                            StringAssert.Contains(problem.Message, "joint experts");
                            Assert.AreNotEqual(ProjectorRouting.Dedr, routing);
                            continue;
                        }
                        built++;
                        Assert.AreEqual(config.LanguageModel.Width, config.Projector.OutputWidth);
                        Assert.AreEqual(config.AudioEncoder?.Width, config.Projector.AudioWidth);
                        Assert.AreEqual(config.VisualEncoder?.Width, config.Projector.VideoWidth);
                    }
        Assert.IsGreaterThan(300, built);
        Assert.AreEqual("medium_large_llama3.2-1b_jejr_4-2", ModelPreset.ReleasedSmop.ToString());
    }

    [TestMethod]
    [DataRow("medium_large", "looks like")]
    [DataRow("huge_large_llama3.2-1b_dedr_4-2", "huge")]
    [DataRow("medium_large_gpt_dedr_4-2", "llama3.2-1b")]
    [DataRow("medium_large_llama3.2-1b_dexx_4-2", "dexx")]
    [DataRow("medium_large_llama3.2-1b_dedr_4", "pair of rates")]
    [DataRow("medium_large_llama3.2-1b_dedr_4-2_other", "stack")]
    [DataRow("medium_large_llama3.2-1b_dedr_4-2_n4k", "n8k2")]
    [DataRow("none_large_llama3.2-1b_dense_4-2_audio_joint", "joint")]
    public void UnknownPartsAreNamed(string name, string message) =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ModelPreset.Parse(name)).Message, message);

    [TestMethod]
    public void WrongSettingsAreNamed()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new ModelPreset { Whisper = "giant" }.Build()).Message, "giant");
        Assert.AreEqual("AudioRate", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ModelPreset { AudioRate = 0 }.Build()).ParamName);
    }
}
