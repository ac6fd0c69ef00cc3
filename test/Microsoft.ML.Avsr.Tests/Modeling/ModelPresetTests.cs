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
    [DataRow("llama3.2-1b", 32, 64, 6_815_744L)]
    [DataRow("llama3.2-1b", 64, 32, 3_407_872L)]
    [DataRow("llama3.2-3b", 32, 96, 27_525_120L)]
    [DataRow("llama3.2-3b", 64, 48, 13_762_560L)]
    [DataRow("llama3.1-8b", 64, 64, 27_262_976L)]
    [DataRow("llama2-7b", 64, 64, 33_554_432L)]
    public void AdaptersHaveThePublishedSizes(string llm, int reduction, int rank, long expected)
    {
        var config = ModelPreset.Parse($"medium_large_{llm}_dense_4-2").Build();
        var lora = LoraConfig.OfReference(reduction, 8);
        Assert.AreEqual(rank, lora.RankFor(config.LanguageModel.Width));
        Assert.AreEqual(expected, Golden.ParameterCount(new LlamaForCausalLM(config.LanguageModel, lora, ModuleConstruction.Meta))
            - Golden.ParameterCount(new LlamaForCausalLM(config.LanguageModel, null, ModuleConstruction.Meta)));
    }

    [TestMethod]
    public void AvHubertsAdaptersHaveThePublishedSize()
    {
        var large = VisualEncoderConfig.Large;
        Assert.AreEqual(6_291_456L, Golden.ParameterCount(new AvHubertEncoder(large, LoraConfig.AvHubertReference, ModuleConstruction.Meta))
            - Golden.ParameterCount(new AvHubertEncoder(large, null, ModuleConstruction.Meta)));
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
    public void UnknownPartsAreNamed(string name, string message) =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ModelPreset.Parse(name)).Message, message);

    [TestMethod]
    public void WrongSettingsAreNamed()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new ModelPreset { Whisper = "giant" }.Build()).Message, "giant");
        Assert.AreEqual("AudioRate", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ModelPreset { AudioRate = 0 }.Build()).ParamName);
    }
}
