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
