using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// The allow-list: what the reader makes of the few Python functions that weights files need. Everything else becomes an inert
/// object that only remembers its name and arguments.
/// </summary>
internal static class PickleReducer
{
    private const int MaxDimensions = 32;

    /// <summary>A function call in the file.</summary>
    public static PickleValue Reduce(PickleInterpreter machine, PickleValue function, PickleValue arguments)
    {
        if (arguments.Kind != PickleKind.Tuple)
            throw machine.Refuse($"calls {function} with a {arguments.Kind} instead of a tuple");
        var items = arguments.Items;
        switch (function.ClassName)
        {
            case "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2":
                return Tensor(machine, items, null);
            case "torch._utils._rebuild_tensor_v3":
                var type = items.Count > 6 ? TorchClasses.DType(items[6].ClassName) : null;
                return type is null ? PickleValue.Object(function.ClassName, arguments) : Tensor(machine, items, type);
            case "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state":
                return items.Count > 0 && items[0].Kind == PickleKind.Tensor ? items[0] : PickleValue.Object(function.ClassName, arguments);
            case "torch._tensor._rebuild_from_type_v2":
                // (function, class, its arguments, attributes): a tensor of a derived class, or a parameter with attributes
                return items.Count >= 3 && items[0].ClassName is { } inner && inner.StartsWith("torch._utils._rebuild", StringComparison.Ordinal)
                    ? Reduce(machine, items[0], items[2])
                    : PickleValue.Object(function.ClassName, arguments);
            case "_codecs.encode":
                return items.Count > 0 && items[0].AsString() is { } text ? Latin1(machine, text) : PickleValue.Object(function.ClassName, arguments);
            case "copy_reg._reconstructor" or "copyreg._reconstructor":
                return PickleValue.Object(items.Count > 0 ? items[0].ClassName ?? function.ClassName : function.ClassName, arguments);
            default:
                return Create(machine, function, arguments);
        }
    }

    /// <summary>An instance of a class in the file.</summary>
    public static PickleValue Create(PickleInterpreter machine, PickleValue type, PickleValue arguments)
    {
        if (type.ClassName is not { } name)
            throw machine.Refuse($"makes an instance of a {type.Kind}");
        var first = arguments.Items.Count > 0 ? arguments.Items[0] : null;
        switch (name)
        {
            case "collections.OrderedDict" or "builtins.dict" or "__builtin__.dict" or "collections.Counter":
                return Dictionary(machine, first);
            case "collections.defaultdict":
                return Dictionary(machine, null); // its items follow, its argument is the factory of missing ones
            case "builtins.set" or "__builtin__.set" or "builtins.frozenset" or "__builtin__.frozenset":
                return PickleValue.Set(Copy(machine, first));
            case "builtins.list" or "__builtin__.list":
                return PickleValue.List(Copy(machine, first));
            case "builtins.tuple" or "__builtin__.tuple" or "torch.Size":
                return PickleValue.Tuple(Copy(machine, first));
            case "builtins.bytearray" or "__builtin__.bytearray" when first?.Kind == PickleKind.Bytes:
                return first;
            default:
                return PickleValue.Object(name, arguments);
        }
    }

    /// <summary>A storage, from the tuple that PyTorch writes in its place: ('storage', class, key, device, elements[, view]).</summary>
    public static TorchStorage Storage(PickleInterpreter machine, PickleValue id)
    {
        var items = id.Items;
        if (id.Kind != PickleKind.Tuple || items.Count < 5 || items[0].AsString() != "storage")
            throw machine.Refuse("refers to something outside the file that is not a storage");
        var key = items[2].AsString() ?? items[2].AsInteger()?.ToString();
        var count = items[4].AsInteger();
        if (items[1].ClassName is not { } type || key is null || count is null or < 0)
            throw machine.Refuse("has a storage without class, key or a size of zero or more");
        var scalar = TorchClasses.StorageType(type);
        if (scalar is null && !TorchClasses.IsUntypedStorage(type))
            throw machine.Refuse($"has a storage of class '{CheckpointException.Shorten(type)}', which is not known");
        if (items.Count == 5 || items[5].Kind == PickleKind.None)
            return new TorchStorage(key, scalar, count.Value);
        // Legacy files: a storage that is a part of another one, (key, first element, elements).
        var view = items[5].Items;
        if (view.Count != 3 || view[1].AsInteger() is not (>= 0 and { } offset) || view[2].AsInteger() is not (>= 0 and { } size))
            throw machine.Refuse($"has a storage '{CheckpointException.Shorten(key)}' that views another one in an unknown way");
        var part = view[0].AsString() ?? view[0].AsInteger()?.ToString() ?? throw machine.Refuse("has a storage view without a key");
        // Size and offset are checked against the file when the tensor is placed.
        return new TorchStorage(key, scalar, Math.Min(size, Math.Max(0, count.Value - offset))) { ViewOffset = offset, ViewOf = part };
    }

    private static PickleValue Tensor(PickleInterpreter machine, IReadOnlyList<PickleValue> items, ScalarType? type)
    {
        if (items.Count < 4 || items[0].AsStorage() is not { } storage)
            throw machine.Refuse("rebuilds a tensor from something that is not (storage, offset, size, stride)");
        var scalar = type ?? storage.Type ?? throw machine.Refuse($"rebuilds a tensor from the untyped storage '{CheckpointException.Shorten(storage.Key)}' without an element type");
        if (items[1].AsInteger() is not (>= 0 and { } offset))
            throw machine.Refuse($"has a tensor with the storage offset {items[1]}");
        var shape = Numbers(machine, items[2], "size");
        var strides = Numbers(machine, items[3], "stride");
        if (shape.Length != strides.Length)
            throw machine.Refuse($"has a tensor of {shape.Length} sizes and {strides.Length} strides");
        if (ScalarTypes.ByteLength(shape, ScalarTypes.Size(scalar)) is null)
            throw machine.Refuse($"has a tensor whose size [{string.Join(", ", shape)}] overflows");
        machine.Charge(160 + (16L * shape.Length));
        return PickleValue.Of(new TorchTensor(storage, scalar, offset, shape, strides));
    }

    private static long[] Numbers(PickleInterpreter machine, PickleValue value, string what)
    {
        if (value.Kind is not (PickleKind.Tuple or PickleKind.List) || value.Items.Count > MaxDimensions)
            throw machine.Refuse($"has a tensor whose {what} is a {value}, not a tuple of at most {MaxDimensions} numbers");
        var numbers = new long[value.Items.Count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = value.Items[i].AsInteger() is >= 0 and { } number ? number : throw machine.Refuse($"has a tensor with the {what} {value.Items[i]}");
        return numbers;
    }

    private static PickleValue Latin1(PickleInterpreter machine, string text)
    {
        machine.Charge(32 + text.Length);
        return PickleValue.Bytes(Encoding.Latin1.GetBytes(text));
    }

    private static List<PickleValue> Copy(PickleInterpreter machine, PickleValue? from)
    {
        if (from is null)
            return [];
        machine.ChargeCopy(from.Items.Count);
        return [.. from.Items];
    }

    private static PickleValue Dictionary(PickleInterpreter machine, PickleValue? from)
    {
        var result = PickleValue.Dictionary();
        foreach (var (key, value) in from?.Pairs ?? [])
            machine.Put(result, key, value);
        foreach (var pair in from?.Items ?? [])
        {
            if (pair.Items.Count != 2)
                throw machine.Refuse("fills a dictionary with something that is not a list of pairs");
            machine.Put(result, pair.Items[0], pair.Items[1]);
        }
        return result;
    }
}
