using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Offline;

[TestClass]
public sealed class SearchSpaceOptionTests
{
    private sealed class Swept
    {
        [Range(1, 5, 2)]
        public int Whole { get; set; }
        [Range(1e-4, 1e-2, 1e-3, true)]
        public double Logarithmic { get; set; }
        [Choice(new object[] { "a", "b", "c" }, "b")]
        public string Name { get; set; } = "";
        [BooleanChoice(false)]
        public bool Flag { get; set; }
        public int Other { get; set; } = 7;
    }

    [TestMethod]
    public void PlacesInTheCubeAreValuesAndBack()
    {
        var space = new SearchSpace<Swept>();
        CollectionAssert.AreEqual(new[] { "Flag", "Logarithmic", "Name", "Whole" }, space.Keys.ToArray());
        Assert.AreEqual(4, space.FeatureSpaceDim);
        var low = space.SampleFromFeatureSpace([0, 0, 0, 0]);
        Assert.AreEqual((1, 1e-4, "a", true, 7), (low.Whole, Math.Round(low.Logarithmic, 12), low.Name, low.Flag, low.Other));
        var high = space.SampleFromFeatureSpace([1, 1, 1, 1]);
        Assert.AreEqual((5, 1e-2, "c", false), (high.Whole, Math.Round(high.Logarithmic, 12), high.Name, high.Flag));
        Assert.AreEqual(1e-3, space.SampleFromFeatureSpace([0, 0.5, 0, 0]).Logarithmic, 1e-12);
        var start = space.SampleFromFeatureSpace(space.Default);
        Assert.AreEqual((2, 1e-3, "b", false), (start.Whole, Math.Round(start.Logarithmic, 12), start.Name, start.Flag));
        CollectionAssert.AreEqual(space.Default, space.MappingToFeatureSpace(new Swept { Whole = 2, Logarithmic = 1e-3, Name = "b" }));
        Assert.ThrowsExactly<ArgumentException>(() => space.SampleFromFeatureSpace([0.5]));
        Assert.ThrowsExactly<ArgumentException>(() => new UniformIntOption(3, 3));
        Assert.ThrowsExactly<ArgumentException>(() => new UniformDoubleOption(0, 1, logBase: true));
    }

    [TestMethod]
    public void ChoicesAreDrawnEvenly()
    {
        var choice = new ChoiceOption(2, 4, 8);
        var counts = Enumerable.Range(0, 300).Select(i => choice.SampleFromFeatureSpace([(i + 0.5) / 300]).AsType<int>()).GroupBy(value => value).ToDictionary(g => g.Key, g => g.Count());
        CollectionAssert.AreEquivalent(new Dictionary<int, int> { [2] = 100, [4] = 100, [8] = 100 }, counts);
        Assert.AreEqual(0, new ChoiceOption("only").FeatureSpaceDim);
    }
}
