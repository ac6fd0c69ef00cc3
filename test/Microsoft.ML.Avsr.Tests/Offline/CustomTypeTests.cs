using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>Custom column types: those derived from the primitive family survive caches, structured ones vanish.</summary>
[TestClass]
public sealed class CustomTypeTests
{
    private sealed record Thing(int Number);

    private sealed record Loose(int Number);

    private sealed class ThingType : PrimitiveDataViewType
    {
        public ThingType() : base(typeof(Thing)) { }
        public override bool Equals(DataViewType? other) => other is ThingType;
    }

    private sealed class LooseType : StructuredDataViewType
    {
        public LooseType() : base(typeof(Loose)) { }
        public override bool Equals(DataViewType? other) => other is LooseType;
    }

    private sealed class ThingTypeAttribute : DataViewTypeAttribute
    {
        public override void Register() => DataViewTypeManager.Register(new ThingType(), typeof(Thing), this);
        public override bool Equals(DataViewTypeAttribute? other) => other is ThingTypeAttribute;
        public override bool Equals(object? obj) => obj is ThingTypeAttribute;
        public override int GetHashCode() => 1;
    }

    private sealed class LooseTypeAttribute : DataViewTypeAttribute
    {
        public override void Register() => DataViewTypeManager.Register(new LooseType(), typeof(Loose), this);
        public override bool Equals(DataViewTypeAttribute? other) => other is LooseTypeAttribute;
        public override bool Equals(object? obj) => obj is LooseTypeAttribute;
        public override int GetHashCode() => 2;
    }

    private sealed class Row
    {
        [ThingType]
        public Thing? Thing { get; set; }
        [LooseType]
        public Loose? Loose { get; set; }
    }

    private sealed class OnlyThing
    {
        [ThingType]
        public Thing? Thing { get; set; }
    }

    [TestMethod]
    public void PrimitiveOnesSurviveCacheAndShuffleStructuredOnesVanish()
    {
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 9).Select(i => new Row { Thing = new(i), Loose = new(i) }).ToList());
        Assert.AreEqual(new ThingType(), view.Schema["Thing"].Type);
        foreach (var kept in new[] { ml.Data.Cache(view), ml.Data.ShuffleRows(view, seed: 1) })
        {
            Assert.IsNull(kept.Schema.GetColumnOrNull("Loose"));
            Assert.AreEqual(36, ml.Data.CreateEnumerable<OnlyThing>(kept, false).Sum(row => row.Thing!.Number));
        }
        Assert.AreEqual(9, view.GetColumn<Loose>("Loose").Count());
    }

    [TestMethod]
    public void TheyPassCustomMappingsAndPredictionEngines()
    {
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new OnlyThing { Thing = new(20) } });
        var model = ml.Transforms.CustomMapping<OnlyThing, Successor>((source, target) => target.Next = new Thing(source.Thing!.Number + 1), null).Fit(view);
        using var engine = ml.Model.CreatePredictionEngine<OnlyThing, Successor>(model);
        Assert.AreEqual(new Thing(8), engine.Predict(new OnlyThing { Thing = new(7) }).Next);
    }

    private sealed class Successor
    {
        [ThingType]
        public Thing? Next { get; set; }
    }
}
