using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static Microsoft.ML.Avsr.Tests.Offline.NnNumerics;

namespace Microsoft.ML.Avsr.Tests.Offline;

/// <summary>Registration, names, state dictionaries, conversion, modes and hooks of modules.</summary>
[TestClass]
public sealed class NnModuleTreeTests
{
    [TestMethod]
    public void NamesComeFromFieldsAndAttributes()
    {
        var model = new Outer();
        CollectionAssert.AreEqual(
            new[] { "scale", "in_proj.weight", "in_proj.bias", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "head.weight" },
            model.named_parameters().Select(item => item.name).ToArray());
        CollectionAssert.AreEqual(
            new[] { "scale", "in_proj.weight", "in_proj.bias", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "head.weight", "offset", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked" },
            model.state_dict().Keys.ToArray());
        CollectionAssert.AreEqual(
            new[] { "in_proj", "layers", "norm", "head" }, model.named_children().Select(item => item.name).ToArray());
        CollectionAssert.AreEqual(
            new[] { "in_proj", "layers", "norm", "head", "layers.0", "layers.1" }, model.named_modules().Select(item => item.name).ToArray());
        Assert.IsTrue(model.has_parameter("layers.1.bias"));
        Assert.IsFalse(model.has_parameter("layers.2.bias"));
        CollectionAssert.AreEqual(new long[] { 3, 4 }, model.get_parameter("in_proj.weight").shape);
        Assert.IsFalse(model.named_buffers(include_nonpersistent: false).Any(item => item.name == "scratch"));
        Assert.IsTrue(model.named_buffers().Any(item => item.name == "scratch"));
    }

    [TestMethod]
    public void StateGoesThroughDictionariesAndStreams()
    {
        var source = new Outer();
        var target = new Outer();
        var (missing, unexpected) = target.load_state_dict(source.state_dict());
        Assert.IsEmpty(missing);
        Assert.IsEmpty(unexpected);
        AssertSameState(source, target);

        using var stream = new MemoryStream();
        source.save(stream);
        stream.Position = 0;
        var second = new Outer();
        second.load(stream);
        AssertSameState(source, second);
    }

    [TestMethod]
    public void AStateWithOtherNamesIsRefusedUnlessToldOtherwise()
    {
        var model = new Outer();
        var state = model.state_dict();
        state.Remove("head.weight");
        state.Add("tail.weight", zeros(1));
        Assert.Throws<InvalidOperationException>(() => model.load_state_dict(state));
        var (missing, unexpected) = model.load_state_dict(state, strict: false);
        CollectionAssert.AreEqual(new[] { "head.weight" }, missing.ToArray());
        CollectionAssert.AreEqual(new[] { "tail.weight" }, unexpected.ToArray());
    }

    [TestMethod]
    public void ConversionChangesFloatsAndKeepsGradients()
    {
        var model = new Outer();
        model.call(Wave([2, 4])).sum().backward();
        var before = Checksum(model.get_parameter("in_proj.weight"));
        model.to(ScalarType.Float64);
        Assert.IsTrue(model.parameters().All(parameter => parameter.dtype == ScalarType.Float64 && parameter.requires_grad));
        Assert.AreEqual(ScalarType.Float64, model.get_buffer("norm.running_mean").dtype);
        Assert.AreEqual(before, Checksum(model.get_parameter("in_proj.weight")), 1e-6);
        var output = model.call(Wave([2, 4]).to(ScalarType.Float64));
        Assert.AreEqual(ScalarType.Float64, output.dtype);
        Assert.Throws<ArgumentException>(() => model.to(ScalarType.Int64));
    }

    [TestMethod]
    public void ModesReachEveryModule()
    {
        var model = new Outer();
        model.eval();
        Assert.IsTrue(model.modules().All(module => !module.training) && !model.training);
        model.train();
        Assert.IsTrue(model.modules().All(module => module.training) && model.training);
        var visited = new List<string>();
        model.apply(module => visited.Add(module.GetName()));
        Assert.AreEqual(nameof(Outer), visited[^1]);
        Assert.HasCount(7, visited);
    }

    [TestMethod]
    public void HooksSeeAndChangeWhatPasses()
    {
        var module = Identity();
        var pre = module.register_forward_pre_hook((_, input) => input + 1);
        var post = module.register_forward_hook((_, input, output) => output * input);
        Assert.AreEqual(9, module.call(tensor(2f)).ToSingle());
        pre.remove();
        Assert.AreEqual(4, module.call(tensor(2f)).ToSingle());
        post.remove();
        Assert.AreEqual(2, module.call(tensor(2f)).ToSingle());

        var pair = new Pair();
        pair.register_forward_pre_hook((_, left, right) => (right, left));
        Assert.AreEqual(3, pair.call(tensor(2f), tensor(5f)).ToSingle());
    }

    [TestMethod]
    public void ASharedParameterCountsOnceAndHasBothNames()
    {
        var model = new Tied();
        Assert.HasCount(1, model.parameters().ToArray());
        CollectionAssert.AreEquivalent(new[] { "embed.weight", "head.weight" }, model.state_dict().Keys.ToArray());
        model.call(tensor(new long[] { 1, 2 })).sum().backward();
        Assert.IsGreaterThan(0, model.parameters().Single().grad!.abs().sum().ToSingle());
    }

    [TestMethod]
    public void TheSameNameTwiceIsRefused()
    {
        var model = new Outer();
        Assert.Throws<InvalidOperationException>(() => model.register_module("head", Linear(1, 1)));
        Assert.Throws<InvalidOperationException>(() => model.register_buffer("offset", zeros(1)));
    }

    [TestMethod]
    public void GradientsCanBeClipped()
    {
        var a = new Parameter(zeros(3));
        var b = new Parameter(zeros(2));
        a.grad = tensor(new float[] { 3, 0, 0 });
        b.grad = tensor(new float[] { 0, -4 });
        Assert.AreEqual(5, utils.clip_grad_norm_([a, b], 1), 1e-5);
        Assert.AreEqual(0.6f, a.grad![0].ToSingle(), 1e-5f);
        Assert.AreEqual(-0.8f, b.grad![1].ToSingle(), 1e-5f);
        utils.clip_grad_value_([a, b], 0.7);
        Assert.AreEqual(-0.7f, b.grad![1].ToSingle(), 1e-6f);
    }

    [TestMethod]
    public void SequencesArePadded()
    {
        var padded = utils.rnn.pad_sequence([tensor(new float[] { 1, 2, 3 }), tensor(new float[] { 4 })], batch_first: true, padding_value: -1);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, -1, -1 }, padded.data<float>().ToArray());
    }

    private static void AssertSameState(nn.Module expected, nn.Module actual)
    {
        var actualState = actual.state_dict();
        foreach (var (key, value) in expected.state_dict())
        {
            Assert.IsTrue(value.Equals(actualState[key]), key);
        }
    }

    private sealed class Outer : Module<Tensor, Tensor>
    {
        private readonly Parameter scale = new(randn(3));
        private readonly Linear in_proj = Linear(4, 3);
        private readonly ModuleList<Module<Tensor, Tensor>> layers = new(Linear(3, 3), Linear(3, 3));
        private readonly BatchNorm1d norm = BatchNorm1d(3, affine: false);

        [ComponentName(Name = "head")]
        private readonly Linear _output = Linear(3, 2, hasBias: false);

        public Outer()
            : base(nameof(Outer))
        {
            register_buffer("offset", randn(3));
            register_buffer("scratch", randn(3), persistent: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var x = in_proj.call(input) * scale + get_buffer("offset");
            foreach (var layer in layers)
            {
                x = layer.call(x);
            }

            return _output.call(norm.call(x));
        }
    }

    private sealed class Pair : Module<Tensor, Tensor, Tensor>
    {
        public Pair()
            : base(nameof(Pair))
        {
        }

        public override Tensor forward(Tensor left, Tensor right) => left - right;
    }

    private sealed class Tied : Module<Tensor, Tensor>
    {
        private readonly Embedding embed = Embedding(5, 4);
        private readonly Linear head = Linear(4, 5, hasBias: false);

        public Tied()
            : base(nameof(Tied))
        {
            head.weight = embed.weight;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => head.call(embed.call(input));
    }
}
