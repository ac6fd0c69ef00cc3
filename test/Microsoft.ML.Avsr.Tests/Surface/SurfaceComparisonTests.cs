using System.Globalization;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>The surface test is only worth something when it sees differences: these tests give it some.</summary>
[TestClass]
public sealed class SurfaceComparisonTests
{
    [TestMethod]
    public void MembersPrintAsTheMicrosoftMlListsHaveThem()
    {
        CollectionAssert.AreEquivalent((string[])
            [
                "protected ctor(int count = 3)",
                "public static readonly string Zero",
                "public const double Half = 0.5",
                "public abstract IReadOnlyList<int?> Items { get; protected set; }",
                "public string Item[int index] { get; }",
                "public event EventHandler<EventArgs> Changed",
                "public virtual bool TryFind<TKey>(in TKey key, out string[] found, ref double score) where TKey : class, IComparable<TKey>, new()",
                "public static TypeCode Code(this SampleBase<T> sample, TypeCode code = TypeCode.Int32, params string[] names)",
                "public override string ToString()",
            ],
            Print(SignatureDialect.MicrosoftMl, typeof(SampleBase<>)).Concat(Print(SignatureDialect.MicrosoftMl, typeof(SampleExtensions)))
                .Select(m => m.Replace("<T>(this SampleBase<T>", "(this SampleBase<T>", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    public void MembersPrintAsTheTorchSharpListHasThem()
    {
        var printed = Print(SignatureDialect.TorchSharp, typeof(SampleTuples)).ToArray();
        CollectionAssert.AreEquivalent((string[])
            [
                "public SampleTuples()",
                "public (int, long)/*values,indices*/ Top((float, float)? range = null, double eps = 1E-05)",
                "public static SampleTuples op_Addition(SampleTuples left, SampleTuples right)",
                "public string this[int index] { get; }",
            ],
            printed);
        Assert.AreEqual("sealed class", SignaturePrinter.Kind(typeof(SampleTuples)));
    }

    [TestMethod]
    public void ListsAreReadWhole()
    {
        var data = Path.Combine(AppContext.BaseDirectory, "Surface", "Data");
        var torch = ApiList.Read(SignatureDialect.TorchSharp, Path.Combine(data, "TorchSharp-0.102.7.api.txt"));
        Assert.HasCount(424, torch.Types);
        Assert.Contains("public static torch.Tensor op_Addition(torch.Tensor left, Scalar right)", torch.Types["torch.Tensor"].Members);
        Assert.Contains("public torch.Tensor to(torch.ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)", torch.Types["torch.Tensor"].Members);
        Assert.Contains("CUDA = 1", torch.Types["DeviceType"].Members);
        Assert.AreEqual("torch.nn.Module", torch.FindReference("torch.nn.HookableModule<A<B, C>, D>")?.Bases[0]);

        var mlnet = ApiList.Read(SignatureDialect.MicrosoftMl, Directory.GetFiles(data, "Microsoft.ML*.api.txt"));
        var context = mlnet.Types["Microsoft.ML.ModelSaveContext"];
        Assert.AreEqual("sealed class", context.Kind);
        CollectionAssert.AreEqual((string[])["public void Dispose()"], context.Members.ToArray(), "The internal constructors are not part of the surface.");
        Assert.AreEqual("where TTransformer : ITransformer", mlnet.Types["Microsoft.ML.IEstimator<out TTransformer>"].Constraints);
    }

    [TestMethod]
    public void DifferencesAreFound()
    {
        var path = Path.Combine(Path.GetTempPath(), $"surface-{Environment.ProcessId}.txt");
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"""
            public class {typeof(SampleTuples).FullName}
                internal ctor()
                public ValueTuple<int, int> Top(ValueTuple<float, float>? range = default, double eps = 1E-05)
                public static SampleTuples op_Addition(SampleTuples left, SampleTuples right)
            public abstract class {typeof(SampleTuples).Namespace}.SampleBase<T> : SampleRoot
            public class {typeof(SampleTuples).Namespace}.SampleRoot
            """));
        try
        {
            var list = ApiList.Read(SignatureDialect.MicrosoftMl, path);
            var found = SurfaceComparison.Differences(typeof(SampleTuples).Assembly, list, SignatureDialect.MicrosoftMl);
            var prefix = typeof(SampleTuples).FullName + ": ";
            Assert.Contains(prefix + "is a sealed class, not a class", found);
            Assert.Contains(prefix + "has no 'public ctor()'", found);
            Assert.Contains(prefix + "has no 'public string Item[int index] { get; }'", found);
            Assert.IsFalse(found.Any(f => f.StartsWith(prefix, StringComparison.Ordinal) && f.Contains("op_Addition", StringComparison.Ordinal)));
            Assert.Contains($"{typeof(SampleTuples).Namespace}.SampleBase<T>: must derive from 'SampleRoot'", found);
            Assert.Contains($"{typeof(SampleTuples).Namespace}.SampleExtensions: no such public type", found);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void EveryDeliberateDifferenceNeedsAReason()
    {
        var path = Path.Combine(Path.GetTempPath(), $"allowed-{Environment.ProcessId}.txt");
        try
        {
            File.WriteAllText(path, "# comment\nA | T: is a struct, not a class | cheaper\nA | T: has no * | not used\nB | T: x | y\n");
            var (offenders, unused) = AllowedDifferences.Read(path).Filter("A", ["T: is a struct, not a class", "U: no such public type"]);
            CollectionAssert.AreEqual((string[])["U: no such public type"], offenders.ToArray());
            CollectionAssert.AreEqual((string[])["line 3: T: has no *"], unused.ToArray());
            File.WriteAllText(path, "A | T: is a struct\n");
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => AllowedDifferences.Read(path)).Message, "line 1");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<string> Print(SignatureDialect dialect, Type type) => new SignaturePrinter(dialect).Members(type);
}

#pragma warning disable CS0067, CA1822, IDE0060 // the members below exist to be printed

public abstract class SampleBase<T>
{
    public const double Half = 0.5;

    public static readonly string Zero = "0";

    protected SampleBase(int count = 3) => Count = count;

    public event EventHandler<EventArgs>? Changed;

    public abstract IReadOnlyList<int?> Items { get; protected set; }

    internal int Count { get; }

    public string this[int index] => Zero + index;

    public virtual bool TryFind<TKey>(in TKey key, out string?[] found, ref double score)
        where TKey : class, IComparable<TKey>, new()
    {
        found = [];
        return false;
    }

    public override string ToString() => Zero;
}

public static class SampleExtensions
{
    public static TypeCode Code<T>(this SampleBase<T> sample, TypeCode code = TypeCode.Int32, params string[] names) => code;
}

public sealed class SampleTuples
{
    public string this[int index] => "";

    public static SampleTuples operator +(SampleTuples left, SampleTuples right) => left;

    public (int values, long indices) Top((float, float)? range = null, double eps = 1e-5) => default;

    internal void Hidden()
    {
    }
}
