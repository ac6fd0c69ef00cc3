using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.SearchSpace;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>What AutoML reads of the options.</summary>
[TestClass]
public sealed class SearchSpaceTests
{
    [TestMethod]
    public void SweptRangesHoldTheDefaultsAndNothingImpossible()
    {
        var defaults = new AvsrTrainerOptions();
        var swept = typeof(AvsrTrainerOptions).GetProperties().Where(p => p.GetCustomAttributes().Any(a => a is RangeAttribute or ChoiceAttribute)).ToList();
        Assert.IsTrue(swept.Count >= 6);
        foreach (var property in swept)
        {
            Assert.IsTrue(property.CanWrite, property.Name);
            if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            {
                Assert.AreEqual(property.GetValue(defaults), range.Init, property.Name);
                foreach (var end in new[] { range.Min, range.Max })
                {
                    var options = new AvsrTrainerOptions();
                    property.SetValue(options, end);
                    options.Validate();
                }
            }
            else
            {
                var choice = property.GetCustomAttribute<ChoiceAttribute>()!;
                Assert.AreEqual(property.GetValue(defaults), choice.DefaultValue);
                CollectionAssert.Contains(choice.Candidates, choice.DefaultValue);
            }
        }
    }

    [TestMethod]
    public void EveryPointOfTheSpaceIsAValidSetOfOptions()
    {
        var space = new SearchSpace<AvsrEstimator.Options>();
        var random = new Random(3);
        var routings = new HashSet<object>();
        for (var i = 0; i < 200; i++)
        {
            var options = space.SampleFromFeatureSpace([.. Enumerable.Range(0, space.FeatureSpaceDim).Select(_ => random.NextDouble())]);
            options.Validate();
            routings.Add(options.Training.Routing);
        }
        Assert.HasCount(4, routings);
        var defaults = space.SampleFromFeatureSpace(space.Default).Training;
        Assert.AreEqual((4, 2, 1e-3), (defaults.Experts, defaults.TopK, Math.Round(defaults.LearningRate, 9)));
    }

    [TestMethod]
    public void OptionsSurviveJson()
    {
        // AutoML turns trial parameters into options through JSON.
        var json = new JsonSerializerOptions { Converters = { new JsonStringEnumConverter() } };
        var options = new AvsrTrainerOptions { Experts = 6, LearningRate = 2e-4, Budget = TrainingBudget.Minutes(3) };
        var back = JsonSerializer.Deserialize<AvsrTrainerOptions>(JsonSerializer.Serialize(options, json), json)!;
        Assert.AreEqual(JsonSerializer.Serialize(options, json), JsonSerializer.Serialize(back, json));
        CollectionAssert.AreEqual(options.NoiseSnrs.ToArray(), back.NoiseSnrs.ToArray());
        Assert.AreEqual(7, JsonSerializer.Deserialize<AvsrTrainerOptions>("""{"Experts":7}""", json)!.Experts);
        Assert.AreEqual(16, JsonSerializer.Deserialize<AvsrTrainerOptions>("""{"Experts":7}""", json)!.Budget.EncoderEpochs);
    }
}
