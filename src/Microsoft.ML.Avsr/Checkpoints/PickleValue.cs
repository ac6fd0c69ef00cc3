using System.Diagnostics;
using System.Numerics;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// One value of a pickle, as data. Containers may contain each other in circles, as Python's may. Instances of classes that the
/// reader does not know keep their class name, arguments and state; no code of theirs exists here.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class PickleValue
{
    private readonly object? _payload;
    private readonly List<PickleValue>? _items;
    private readonly List<KeyValuePair<PickleValue, PickleValue>>? _pairs;
    private Dictionary<object, int>? _index;

    private PickleValue(PickleKind kind, object? payload = null, List<PickleValue>? items = null, List<KeyValuePair<PickleValue, PickleValue>>? pairs = null)
    {
        Kind = kind;
        _payload = payload;
        _items = items;
        _pairs = pairs;
    }

    /// <summary>What the value is.</summary>
    public PickleKind Kind { get; }

    /// <summary>Elements of a tuple, list or set; empty for other kinds.</summary>
    public IReadOnlyList<PickleValue> Items => _items ?? (IReadOnlyList<PickleValue>)[];

    /// <summary>Keys and values of a dictionary in the order written; empty for other kinds.</summary>
    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> Pairs => _pairs ?? (IReadOnlyList<KeyValuePair<PickleValue, PickleValue>>)[];

    /// <summary>Module and name of a <see cref="PickleKind.Global"/> or of the class of a <see cref="PickleKind.Object"/>, for example <c>argparse.Namespace</c>.</summary>
    public string? ClassName => Kind switch
    {
        PickleKind.Global => (string)_payload!,
        PickleKind.Object => ((Instance)_payload!).Class,
        _ => null,
    };

    /// <summary>What a foreign object was created with; null for other kinds.</summary>
    public PickleValue? Arguments => (_payload as Instance)?.Arguments;

    /// <summary>The state (attributes) that was set on a foreign object; null where there is none.</summary>
    public PickleValue? State => (_payload as Instance)?.State;

    /// <summary>A dictionary's value by text key, or an attribute of a foreign object; null where there is none.</summary>
    /// <param name="key">The key.</param>
    public PickleValue? this[string key]
    {
        get
        {
            if (Kind == PickleKind.Object)
                return State?.Kind == PickleKind.Dictionary ? State[key] : null;
            return _index is not null && _index.TryGetValue(key, out var at) ? _pairs![at].Value : null;
        }
    }

    /// <summary>The text; null for other kinds.</summary>
    public string? AsString() => _payload as string is { } text && Kind == PickleKind.String ? text : null;

    /// <summary>The whole number; null for other kinds and for numbers beyond 64 bits.</summary>
    public long? AsInteger() => Kind == PickleKind.Integer && _payload is long number ? number : null;

    /// <summary>The number, whole or not; null for other kinds.</summary>
    public double? AsNumber() => Kind switch
    {
        PickleKind.Float => (double)_payload!,
        PickleKind.Integer => _payload is long number ? number : (double)(BigInteger)_payload!,
        _ => null,
    };

    /// <summary>The truth value; null for other kinds.</summary>
    public bool? AsBoolean() => Kind == PickleKind.Boolean ? (bool)_payload! : null;

    /// <summary>The bytes; empty for other kinds.</summary>
    public ReadOnlyMemory<byte> AsBytes() => _payload as byte[];

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        PickleKind.None => "None",
        PickleKind.String => $"'{CheckpointException.Shorten((string)_payload!)}'",
        PickleKind.Boolean or PickleKind.Integer or PickleKind.Float => FormattableString.Invariant($"{_payload}"),
        PickleKind.Bytes => $"{((byte[])_payload!).Length} bytes",
        PickleKind.Dictionary => $"dictionary of {_pairs!.Count}",
        PickleKind.Tuple or PickleKind.List or PickleKind.Set => $"{Kind.ToString().ToLowerInvariant()} of {_items!.Count}",
        PickleKind.Global or PickleKind.Object => $"{Kind.ToString().ToLowerInvariant()} {CheckpointException.Shorten(ClassName!)}",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    internal static PickleValue None { get; } = new(PickleKind.None);

    internal static PickleValue True { get; } = new(PickleKind.Boolean, true);

    internal static PickleValue False { get; } = new(PickleKind.Boolean, false);

    internal BigInteger? AsBigInteger() => Kind == PickleKind.Integer ? _payload is long number ? number : (BigInteger)_payload! : null;

    internal TorchStorage? AsStorage() => _payload as TorchStorage;

    internal TorchTensor? AsTensor() => _payload as TorchTensor;

    internal static PickleValue Integer(long value) => new(PickleKind.Integer, value);

    internal static PickleValue Integer(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Integer((long)value) : new(PickleKind.Integer, value);

    internal static PickleValue Float(double value) => new(PickleKind.Float, value);

    internal static PickleValue String(string value) => new(PickleKind.String, value);

    internal static PickleValue Bytes(byte[] value) => new(PickleKind.Bytes, value);

    internal static PickleValue Tuple(List<PickleValue> items) => new(PickleKind.Tuple, items: items);

    internal static PickleValue List(List<PickleValue> items) => new(PickleKind.List, items: items);

    internal static PickleValue Set(List<PickleValue> items) => new(PickleKind.Set, items: items);

    internal static PickleValue Dictionary() => new(PickleKind.Dictionary, pairs: []);

    internal static PickleValue Global(string name) => new(PickleKind.Global, name);

    internal static PickleValue Object(string className, PickleValue? arguments) => new(PickleKind.Object, new Instance(className, arguments));

    internal static PickleValue Of(TorchStorage storage) => new(PickleKind.Storage, storage);

    internal static PickleValue Of(TorchTensor tensor) => new(PickleKind.Tensor, tensor);

    internal void Append(PickleValue item) => _items!.Add(item);

    internal void SetState(PickleValue state) => ((Instance)_payload!).State = state;

    /// <summary>Sets a key; a key that is there already gets the new value, as in Python.</summary>
    internal void Put(PickleValue key, PickleValue value)
    {
        var pair = KeyValuePair.Create(key, value);
        // Only text and numbers are looked up; other keys (tuples, globals) are kept in order and never searched.
        if (key.Kind is PickleKind.String or PickleKind.Integer)
        {
            _index ??= new Dictionary<object, int>(SeededComparer.Instance);
            if (_index.TryGetValue(key._payload!, out var at))
            {
                _pairs![at] = pair;
                return;
            }
            _index.Add(key._payload!, _pairs!.Count);
        }
        _pairs!.Add(pair);
    }

    private sealed class Instance(string className, PickleValue? arguments)
    {
        public string Class { get; } = className;

        public PickleValue? Arguments { get; } = arguments;

        public PickleValue? State { get; set; }
    }
}
