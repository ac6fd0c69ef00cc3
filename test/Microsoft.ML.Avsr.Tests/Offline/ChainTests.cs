using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>What the product relies on in ML.NET's chains, models and engines.</summary>
[TestClass]
public sealed class ChainTests
{
    public sealed class Number
    {
        public float Score { get; set; }
    }

    public sealed class Doubled
    {
        public float Twice { get; set; }
    }

    private sealed class Chunks
    {
        public string[] Payload { get; set; } = [];
        public float Twice { get; set; }
    }

    [CustomMappingFactoryAttribute("Offline.Doubling")]
    public sealed class Doubling : CustomMappingFactory<Number, Doubled>
    {
        public override Action<Number, Doubled> GetMapping() => (source, target) => target.Twice = 2 * source.Score;
    }

    private sealed class Counter
    {
        public int Rows;
    }

    private sealed class Total
    {
        public int Seen { get; set; }
    }

    private static IDataView View(MLContext ml) => ml.Data.LoadFromEnumerable(new List<Number> { new() { Score = 1 }, new() { Score = 4 } });

    [TestMethod]
    public void ChainsPropagateSchemasBeforeTheyFit()
    {
        var ml = new MLContext();
        var chain = ml.Transforms.CopyColumns("A", "Score").Append(ml.Transforms.CopyColumns("B", "Missing"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => chain.Fit(View(ml)));
        var good = ml.Transforms.CopyColumns("A", "Score").AppendCacheCheckpoint(ml).Append(ml.Transforms.DropColumns("Score"));
        var fitted = good.Fit(View(ml));
        var output = fitted.Transform(View(ml));
        Assert.AreEqual("A", string.Join(",", output.Schema.Select(column => column.Name)));
        CollectionAssert.AreEqual(new[] { 1f, 4f }, output.GetColumn<float>("A").ToArray());
        Assert.AreEqual(2, output.Preview().RowView.Length);
    }

    [TestMethod]
    public void TrainingOnlyMembersArePassedOverInScoring()
    {
        var ml = new MLContext();
        var chain = ml.Transforms.CopyColumns("A", "Score").Append(ml.Transforms.CopyColumns("T", "Score"), TransformerScope.Training).Append(ml.Transforms.CopyColumns("B", "A"));
        var output = chain.Fit(View(ml)).Transform(View(ml));
        Assert.IsNull(output.Schema.GetColumnOrNull("T"));
        Assert.IsNotNull(output.Schema.GetColumnOrNull("B"));
    }

    [TestMethod]
    public void SavedModelsFindTheirContractAndKeepTheirTables()
    {
        var ml = new MLContext();
        var payload = new[] { new string('x', 100_000), "y" };
        var chain = new EstimatorChain<ITransformer>()
            .Append(ml.Transforms.CustomMapping<Number, Key>((_, key) => key.K = "k", null))
            .Append(ml.Transforms.Conversion.MapValue("Payload", [KeyValuePair.Create("k", payload)], "K"))
            .Append(ml.Transforms.CustomMapping(new Doubling().GetMapping(), "Offline.Doubling"));
        var view = View(ml);
        var model = chain.Fit(view);
        using var stream = new MemoryStream();
        Assert.ThrowsExactly<InvalidOperationException>(() => ml.Model.Save(model, view.Schema, new MemoryStream()), "a mapping without a contract cannot be saved");

        var savable = new TransformerChain<ITransformer>(ml.Transforms.CopyColumns("K", "Key").Fit(Keys(ml)),
            ml.Transforms.Conversion.MapValue("Payload", [KeyValuePair.Create("k", payload)], "K").Fit(ml.Transforms.CopyColumns("K", "Key").Fit(Keys(ml)).Transform(Keys(ml))),
            ml.Transforms.CustomMapping(new Doubling().GetMapping(), "Offline.Doubling").Fit(Keys(ml)));
        ml.Model.Save(savable, Keys(ml).Schema, stream);
        stream.Position = 0;
        var fresh = new MLContext();
        var loaded = fresh.Model.Load(stream, out var schema);
        Assert.IsInstanceOfType<TransformerChain<ITransformer>>(loaded);
        Assert.AreEqual("Key,Score", string.Join(",", schema.Select(column => column.Name)));
        var rows = fresh.Data.CreateEnumerable<Chunks>(loaded.Transform(Keys(fresh)), false).ToList();
        Assert.AreEqual(6f, rows[0].Twice);
        CollectionAssert.AreEqual(payload, rows[0].Payload);
    }

    private sealed class Key
    {
        public string K { get; set; } = "";
    }

    private sealed class Keyed
    {
        public string Key { get; set; } = "k";
        public float Score { get; set; } = 3;
    }

    private static IDataView Keys(MLContext ml) => ml.Data.LoadFromEnumerable(new List<Keyed> { new() });

    [TestMethod]
    public void AStateLastsAsLongAsItsEngine()
    {
        var ml = new MLContext();
        var model = ml.Transforms.StatefulCustomMapping<Number, Total, Counter>((_, total, counter) => total.Seen = ++counter.Rows, counter => counter.Rows = 10, null).Fit(View(ml));
        CollectionAssert.AreEqual(new[] { 11, 12 }, model.Transform(View(ml)).GetColumn<int>("Seen").ToArray());
        using var engine = ml.Model.CreatePredictionEngine<Number, Total>(model);
        Assert.AreEqual(11, engine.Predict(new Number()).Seen);
        Assert.AreEqual(12, engine.Predict(new Number()).Seen);
    }

    [TestMethod]
    public void AnEngineOwnsItsTransformerUnlessToldOtherwise()
    {
        var ml = new MLContext();
        var chain = ml.Transforms.CopyColumns("Twice", "Score").Fit(View(ml));
        var disposable = new Disposable(chain);
        ml.Model.CreatePredictionEngine<Number, Doubled>(disposable, new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
        Assert.AreEqual(0, disposable.Disposed);
        using (var engine = ml.Model.CreatePredictionEngine<Number, Doubled>(new TransformerChain<ITransformer>(disposable)))
            Assert.AreEqual(5f, engine.Predict(new Number { Score = 5 }).Twice);
        Assert.AreEqual(1, disposable.Disposed);
    }

    private sealed class Disposable(ITransformer inner) : ITransformer, IDisposable
    {
        public int Disposed { get; private set; }
        public bool IsRowToRowMapper => true;
        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inner.GetOutputSchema(inputSchema);
        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => inner.GetRowToRowMapper(inputSchema);
        public IDataView Transform(IDataView input) => inner.Transform(input);
        public void Save(ModelSaveContext ctx) { }
        public void Dispose() => Disposed++;
    }

    [TestMethod]
    public void ASaveThatWritesNothingFails()
    {
        var ml = new MLContext();
        var silent = new Disposable(ml.Transforms.CopyColumns("Twice", "Score").Fit(View(ml)));
        Assert.ThrowsExactly<InvalidOperationException>(() => ml.Model.Save(silent, null, new MemoryStream()));
    }

    [TestMethod]
    public void AHostsMessagesReachTheContextsLog()
    {
        var ml = new MLContext(seed: 5);
        var lines = new List<(string Source, string Text)>();
        ml.Log += (_, entry) => lines.Add((entry.Source, entry.RawMessage));
        var host = ((IHostEnvironment)ml).Register("Avsr");
        using (var channel = host.Start("Training"))
            channel.Info(MessageSensitivity.None, "epoch {0}", 3);
        Assert.IsTrue(lines.Contains(("Avsr; Training", "epoch 3")));
        Assert.AreEqual(host.Rand.Next(), ((IHostEnvironment)new MLContext(seed: 5)).Register("Avsr").Rand.Next());
    }
}
