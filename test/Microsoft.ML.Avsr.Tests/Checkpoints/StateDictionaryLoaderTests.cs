using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

[TestClass]
public sealed class StateDictionaryLoaderTests
{
    private string _path = "";

    [TestInitialize]
    public void Initialize() => _path = Path.Combine(Values.TemporaryFolder(), "w.safetensors");

    [TestCleanup]
    public void Cleanup() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [TestMethod]
    public void LoadsConvertsAndReports()
    {
        using var model = new Pair(tied: false);
        using var scope = NewDisposeScope();
        Save(("first.weight", arange(0f, 6f).reshape(2, 3).to_type(ScalarType.Float16)), ("first.bias", tensor(new[] { 1f, 2f })),
            ("table", arange(0f, 4f).reshape(2, 2)), ("head", arange(4f, 8f).reshape(2, 2)), ("steps", tensor(5L)));
        using var source = new SafetensorsReader(_path);
        var report = StateDictionaryLoader.Load(model, source);
        Assert.IsTrue(report.IsExact);
        var state = model.state_dict();
        Values.AreClose(arange(0f, 6f).reshape(2, 3), state["first.weight"], 0);
        Assert.AreEqual(ScalarType.Float32, state["first.weight"].dtype);
        Assert.AreEqual(5L, state["steps"].item<long>());
    }

    [TestMethod]
    public void MissingAndUnexpectedAreListedByName()
    {
        using var model = new Pair(tied: false);
        using var scope = NewDisposeScope();
        Save(("first.weight", zeros(2, 3)), ("first.bias", zeros(2)), ("table", zeros(2, 2)), ("steps", tensor(5L)), ("stranger", zeros(1)));
        using var source = new SafetensorsReader(_path);
        var error = Assert.ThrowsExactly<CheckpointException>(() => StateDictionaryLoader.Load(model, source));
        StringAssert.Contains(error.Message, "1 missing: head");
        StringAssert.Contains(error.Message, "1 unexpected: stranger");
        var report = StateDictionaryLoader.Load(model, source, strict: false);
        CollectionAssert.AreEqual(new[] { "head" }, report.Missing.ToArray());
        report = StateDictionaryLoader.Load(model, source, name => name == "head" ? null : name, strict: false);
        CollectionAssert.AreEqual(new[] { "head" }, report.Skipped.ToArray());
    }

    [TestMethod]
    public void TiedWeightsNeedOneName()
    {
        using var model = new Pair(tied: true);
        using var scope = NewDisposeScope();
        Save(("first.weight", zeros(2, 3)), ("first.bias", zeros(2)), ("table", arange(0f, 4f).reshape(2, 2)), ("steps", tensor(5L)));
        using var source = new SafetensorsReader(_path);
        Assert.IsTrue(StateDictionaryLoader.Load(model, source).IsExact);
        Values.AreClose(arange(0f, 4f).reshape(2, 2), model.get_parameter("head"), 0);
        Save(("first.weight", zeros(2, 3)), ("first.bias", zeros(2)), ("table", ones(2, 2)), ("head", ones(2, 2)), ("steps", tensor(5L)));
        using var both = new SafetensorsReader(_path);
        Assert.IsTrue(StateDictionaryLoader.Load(model, both).IsExact);
    }

    [TestMethod]
    public void AnotherShapeIsNamed()
    {
        using var model = new Pair(tied: false);
        using var scope = NewDisposeScope();
        Save(("first.weight", zeros(3, 2)), ("first.bias", zeros(2)), ("table", zeros(2, 2)), ("head", zeros(2, 2)), ("steps", tensor(5L)));
        using var source = new SafetensorsReader(_path);
        var error = Assert.ThrowsExactly<CheckpointException>(() => StateDictionaryLoader.Load(model, source));
        Assert.AreEqual("first.weight", error.Key);
        StringAssert.Contains(error.Rule, "[3, 2]");
    }

    private void Save(params (string Name, Tensor Tensor)[] tensors) =>
        SafetensorsWriter.Write(_path, tensors.ToDictionary(item => item.Name, item => item.Tensor));

    private sealed class Pair : Module<Tensor, Tensor>
    {
        private readonly Linear first;
        private readonly Parameter table;
        private readonly Parameter head;

        public Pair(bool tied)
            : base(nameof(Pair))
        {
            first = Linear(3, 2);
            table = new Parameter(ones(2, 2));
            head = tied ? table : new Parameter(ones(2, 2));
            register_buffer("steps", tensor(0L));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => first.call(input).matmul(table).matmul(head);
    }
}
