using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>What the product relies on in ML.NET's data views. These run alike on the real package and on the substitute.</summary>
[TestClass]
public sealed class DataViewTests
{
    private sealed class Item
    {
        public string Name { get; set; } = "";
        public float Score { get; set; }
        public float[] Values { get; set; } = [];
        [VectorType(2)]
        public int[] Pair { get; set; } = [0, 0];
    }

    private sealed class NamedScore
    {
        [ColumnName("Score")]
        public float Number { get; set; }
        public string? Name { get; set; }
    }

    private static List<Item> Items(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Item { Name = "n" + i, Score = i, Values = [.. Enumerable.Range(0, i % 3).Select(v => (float)v)], Pair = [i, -i] })];

    [TestMethod]
    public void ObjectsGoInAndComeOut()
    {
        var ml = new MLContext();
        var view = ml.Data.LoadFromEnumerable(Items(5));
        Assert.AreEqual(TextDataViewType.Instance, view.Schema["Name"].Type);
        Assert.AreEqual(0, ((VectorDataViewType)view.Schema["Values"].Type).Size);
        Assert.AreEqual(2, ((VectorDataViewType)view.Schema["Pair"].Type).Size);
        Assert.AreEqual(5, view.GetRowCount());

        var back = ml.Data.CreateEnumerable<Item>(view, reuseRowObject: false).ToList();
        CollectionAssert.AreEqual(new[] { "n0", "n1", "n2", "n3", "n4" }, back.Select(item => item.Name).ToArray());
        CollectionAssert.AreEqual(new[] { 0f, 1f }, back[2].Values);
        CollectionAssert.AreEqual(new[] { 4, -4 }, back[4].Pair);
        CollectionAssert.AreEqual(new[] { 0f, 1f, 2f }, ml.Data.CreateEnumerable<NamedScore>(ml.Data.TakeRows(view, 3), true).Select(row => row.Number).ToArray());
    }

    [TestMethod]
    public void AMissingColumnOrAWrongTypeIsNamed()
    {
        var ml = new MLContext();
        var view = ml.Data.LoadFromEnumerable(new[] { new { Name = "a", Other = 1 } });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Data.CreateEnumerable<NamedScore>(view, false).Count());
        Assert.AreEqual("a", ml.Data.CreateEnumerable<NamedScore>(view, false, ignoreMissingColumns: true).Single().Name);
        var wrong = ml.Data.LoadFromEnumerable(new[] { new { Name = "a", Score = 1 } });
        Assert.ThrowsExactly<InvalidOperationException>(() => ml.Data.CreateEnumerable<NamedScore>(wrong, false).Count());
    }

    [TestMethod]
    public void AGetterOfAnInactiveColumnOrAWrongTypeThrows()
    {
        var view = new MLContext().Data.LoadFromEnumerable(Items(2));
        using var cursor = view.GetRowCursor([view.Schema["Name"]]);
        Assert.IsTrue(cursor.IsColumnActive(view.Schema["Name"]));
        Assert.IsFalse(cursor.IsColumnActive(view.Schema["Score"]));
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<float>(view.Schema["Name"]));
        Assert.Throws<Exception>(() => cursor.GetGetter<float>(view.Schema["Score"]));
    }

    [TestMethod]
    public void ALaterColumnHidesAnEarlierOneOfTheSameName()
    {
        var ml = new MLContext();
        var view = ml.Data.LoadFromEnumerable(Items(3));
        var copied = ml.Transforms.CopyColumns("Name", "Score").Fit(view).Transform(view);
        Assert.AreEqual(5, copied.Schema.Count);
        Assert.IsTrue(copied.Schema[0].IsHidden);
        Assert.AreEqual(NumberDataViewType.Single, copied.Schema["Name"].Type);
        CollectionAssert.AreEqual(new[] { 0f, 1f, 2f }, copied.GetColumn<float>("Name").ToArray());
    }

    [TestMethod]
    public void CutsKeepTheirRows()
    {
        var ml = new MLContext(seed: 3);
        var view = ml.Data.LoadFromEnumerable(Items(200));
        CollectionAssert.AreEqual(new[] { 5f, 6f }, ml.Data.TakeRows(ml.Data.SkipRows(view, 5), 2).GetColumn<float>("Score").ToArray());
        CollectionAssert.AreEqual(new[] { 3f, 4f }, ml.Data.FilterRowsByColumn(view, "Score", 3, 5).GetColumn<float>("Score").ToArray());

        var split = ml.Data.TrainTestSplit(view, 0.25, seed: 1);
        var train = split.TrainSet.GetColumn<float>("Score").ToArray();
        var test = split.TestSet.GetColumn<float>("Score").ToArray();
        Assert.AreEqual(200, train.Concat(test).Distinct().Count());
        Assert.IsTrue(test.Length is > 20 and < 80, $"{test.Length} rows");

        var folds = ml.Data.CrossValidationSplit(view, 4, seed: 1);
        Assert.AreEqual(200, folds.Sum(fold => fold.TestSet.GetColumn<float>("Score").Count()));
        foreach (var fold in folds)
            Assert.AreEqual(0, fold.TrainSet.GetColumn<float>("Score").Intersect(fold.TestSet.GetColumn<float>("Score")).Count());

        var shuffled = ml.Data.ShuffleRows(view, seed: 9, shufflePoolSize: 16);
        var once = shuffled.GetColumn<float>("Score").ToArray();
        CollectionAssert.AreEquivalent(view.GetColumn<float>("Score").ToArray(), once);
        CollectionAssert.AreNotEqual(view.GetColumn<float>("Score").ToArray(), once);
    }

    [TestMethod]
    public void ACacheReadsItsSourceOnceAndServesSeveralCursors()
    {
        var ml = new MLContext();
        var reads = 0;
        var view = ml.Data.LoadFromEnumerable(Items(300));
        var counted = ml.Transforms.CustomMapping<Item, Doubled>((source, target) => { Interlocked.Increment(ref reads); target.Twice = 2 * source.Score; }, null).Fit(view).Transform(view);
        var cached = ml.Data.Cache(counted);
        Assert.AreEqual(0, reads);
        Assert.AreEqual(2d * 299, cached.GetColumn<float>("Twice").Max());
        Assert.AreEqual(300 * 299d, cached.GetColumn<float>("Twice").Sum(value => (double)value));
        Assert.AreEqual(300, reads);

        var cursors = cached.GetRowCursorSet([cached.Schema["Twice"]], 3);
        Assert.IsTrue(cursors.Length > 1);
        var all = new List<float>();
        foreach (var cursor in cursors)
        {
            var getter = cursor.GetGetter<float>(cached.Schema["Twice"]);
            float value = 0;
            for (; cursor.MoveNext(); all.Add(value))
                getter(ref value);
            cursor.Dispose();
        }
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 300).Select(i => 2f * i).ToArray(), all);
        Assert.AreEqual(300, reads);
    }

    private sealed class Doubled
    {
        public float Twice { get; set; }
    }

    [TestMethod]
    public void TextFilesHaveHeadersAndQuotes()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "path,words,score\na.mp4,\"bin blue, at \"\"f\"\" two\",0.5\nb.mp4,plain,\n");
            var ml = new MLContext();
            var view = ml.Data.LoadFromTextFile<Line>(path, separatorChar: ',', hasHeader: true, allowQuoting: true);
            var rows = ml.Data.CreateEnumerable<Line>(view, false).ToList();
            Assert.AreEqual(2, rows.Count);
            Assert.AreEqual("bin blue, at \"f\" two", rows[0].Words);
            Assert.AreEqual(0.5f, rows[0].Score);
            Assert.AreEqual("b.mp4", rows[1].Path);
            Assert.IsTrue(float.IsNaN(rows[1].Score));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class Line
    {
        [LoadColumn(0)]
        public string Path { get; set; } = "";
        [LoadColumn(1)]
        public string Words { get; set; } = "";
        [LoadColumn(2)]
        public float Score { get; set; }
    }
}
