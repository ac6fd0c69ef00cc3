using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>What ML.NET expects of every estimator and transformer, checked through public API.</summary>
internal static class PipelineContract
{
    /// <summary>Checks an estimator and what it fits.</summary>
    public static void Check(IEstimator<ITransformer> estimator, IDataView data, IDataView invalid, bool savable = true)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(SchemaShapes.Create(invalid.Schema)), "a shape without the input columns");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(invalid), "data without the input columns");
        var shape = estimator.GetOutputSchema(SchemaShapes.Create(data.Schema));
        var transformer = estimator.Fit(data);
        try
        {
            AssertSame(shape, SchemaShapes.Create(transformer.GetOutputSchema(data.Schema)));
            CheckTransformer(transformer, data, invalid, savable);
        }
        finally
        {
            (transformer as IDisposable)?.Dispose();
        }
    }

    /// <summary>Checks a transformer.</summary>
    public static void CheckTransformer(ITransformer transformer, IDataView data, IDataView invalid, bool savable = true)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.GetOutputSchema(invalid.Schema));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => transformer.Transform(invalid));
        var output = transformer.Transform(data);
        AssertSame(SchemaShapes.Create(transformer.GetOutputSchema(data.Schema)), SchemaShapes.Create(output.Schema));
        var rows = Rows(output);
        AssertSame(rows, Rows(output), "a second reading differs");
        AssertSame(rows, MappedRows(transformer, data), "the row mapper differs from the cursor");
        AssertSame([.. rows.Order()], [.. ParallelRows(transformer, data).Order()], "parallel cursors differ from one");
        foreach (var column in output.Schema.Where(column => !column.IsHidden))
            AssertSame([.. rows.Select(row => row.Split('|')[column.Index])], Rows(output, column), $"column {column.Name} alone differs");
        Getters(output);
        if (savable)
            SaveAndLoad(transformer, data, rows, output.Schema);
    }

    /// <summary>All rows as text, the columns in order; hidden ones too.</summary>
    public static List<string> Rows(IDataView view, params DataViewSchema.Column[] columns)
    {
        var asked = columns.Length == 0 ? [.. view.Schema] : columns;
        using var cursor = view.GetRowCursor(asked);
        return ReadAll(cursor, asked);
    }

    public static string Text(object? value) => value switch
    {
        null => "null",
        string text => text,
        ReadOnlyMemory<char> text => text.ToString(),
        AudioClip clip => $"{clip.SampleRate} Hz: {string.Join(" ", clip.Samples.ToArray().Where((_, i) => i % 100 == 0).Select(v => v.ToString("0.000", CultureInfo.InvariantCulture)))}",
        VideoClip clip => $"{clip.Frames}x{clip.Height}x{clip.Width}: {Convert.ToHexString(SHA256.HashData(clip.Pixels.Span))}",
        FeatureSequence features => $"{features.Time}x{features.Width}: {features.Values.ToArray().Sum(Math.Abs).ToString("0.000", CultureInfo.InvariantCulture)}",
        IEnumerable items => "[" + string.Join(" ", items.Cast<object>().Select(Text)) + "]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    // Clips that are decoded together are padded to one length, which may change the last digits of a number.
    private static void AssertSame(List<string> expected, List<string> actual, string what)
    {
        Assert.AreEqual(expected.Count, actual.Count, what);
        for (var row = 0; row < expected.Count; row++)
        {
            var (left, right) = (expected[row].Split('|'), actual[row].Split('|'));
            Assert.AreEqual(left.Length, right.Length, what);
            for (var i = 0; i < left.Length; i++)
                Assert.IsTrue(IsNear(left[i], right[i]), $"{what}: row {row}: '{left[i]}' and '{right[i]}'");
        }
    }

    private static bool IsNear(string expected, string actual)
    {
        var (left, right) = (expected.Split(' '), actual.Split(' '));
        return left.Length == right.Length && left.Zip(right).All(pair => pair.First == pair.Second
            || (double.TryParse(pair.First, CultureInfo.InvariantCulture, out var a) && double.TryParse(pair.Second, CultureInfo.InvariantCulture, out var b)
                && Math.Abs(a - b) <= 1e-4 * Math.Max(1, Math.Abs(a))));
    }

    private static void SaveAndLoad(ITransformer transformer, IDataView data, List<string> rows, DataViewSchema schema)
    {
        var visible = schema.Where(column => !column.IsHidden).Select(column => column.Name).Order().ToArray();
        var model = transformer;
        for (var round = 0; round < 2; round++)
        {
            using var stream = new MemoryStream();
            new MLContext().Model.Save(model, data.Schema, stream);
            stream.Position = 0;
            model = new MLContext().Model.Load(stream, out _);
            var output = model.Transform(data);
            CollectionAssert.AreEqual(visible, output.Schema.Where(column => !column.IsHidden).Select(column => column.Name).Order().ToArray(), $"schema after round {round}");
            foreach (var name in visible)
                AssertSame([.. rows.Select(row => row.Split('|')[schema[name].Index])], Rows(output, output.Schema[name]), $"column {name} after round {round}");
            AssertSame(SchemaShapes.Create(model.GetOutputSchema(data.Schema)), SchemaShapes.Create(output.Schema));
        }
        (model as IDisposable)?.Dispose();
    }

    private static void Getters(IDataView output)
    {
        using var cursor = output.GetRowCursor([output.Schema[^1]]);
        Assert.IsFalse(cursor.IsColumnActive(output.Schema[0]));
        Assert.IsTrue(Throws(() => cursor.GetGetter<DateTimeOffset>(output.Schema[^1])), "a getter of a wrong type must throw");
        Assert.IsTrue(Throws(() => cursor.GetGetter<ReadOnlyMemory<char>>(output.Schema[0])), "a getter of an inactive column must throw");

        static bool Throws(Action action)
        {
            try
            {
                action();
                return false;
            }
            catch (Exception error) when (error is ArgumentOutOfRangeException or InvalidOperationException)
            {
                return true;
            }
        }
    }

    private static List<string> MappedRows(ITransformer transformer, IDataView data)
    {
        Assert.IsTrue(transformer.IsRowToRowMapper);
        var mapper = transformer.GetRowToRowMapper(data.Schema);
        Assert.AreSame(data.Schema, mapper.InputSchema);
        using var cursor = data.GetRowCursor(mapper.GetDependencies(mapper.OutputSchema));
        using var row = mapper.GetRow(cursor, mapper.OutputSchema);
        var getters = mapper.OutputSchema.Select(column => Getter(row, column)).ToArray();
        var rows = new List<string>();
        while (cursor.MoveNext())
            rows.Add(string.Join("|", getters.Select(getter => getter())));
        return rows;
    }

    private static List<string> ParallelRows(ITransformer transformer, IDataView data)
    {
        var output = transformer.Transform(new MLContext().Data.Cache(data));
        var kept = output.Schema.ToArray();
        var cursors = output.GetRowCursorSet(kept, 4);
        var all = new List<string>[cursors.Length];
        Parallel.For(0, cursors.Length, i =>
        {
            using var cursor = cursors[i];
            all[i] = ReadAll(cursor, kept);
        });
        return [.. all.SelectMany(rows => rows)];
    }

    private static List<string> ReadAll(DataViewRowCursor cursor, DataViewSchema.Column[] columns)
    {
        var getters = columns.Select(column => Getter(cursor, column)).ToArray();
        var rows = new List<string>();
        for (var position = 0; cursor.MoveNext(); position++)
        {
            Assert.AreEqual(position, cursor.Position);
            rows.Add(string.Join("|", getters.Select(getter => getter())));
        }
        Assert.IsFalse(cursor.MoveNext());
        return rows;
    }

    private static Func<string> Getter(DataViewRow row, DataViewSchema.Column column) =>
        (Func<string>)typeof(PipelineContract).GetMethod(nameof(GetterOf), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

    private static Func<string> GetterOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return Text(value);
        };
    }

    private static void AssertSame(SchemaShape expected, SchemaShape actual) => CollectionAssert.AreEqual(
        expected.Select(Describe).Order().ToArray(), actual.Select(Describe).Order().ToArray());

    private static string Describe(SchemaShape.Column column) => $"{column.Name}: {column.Kind} {column.ItemType} {column.IsKey}";
}
