using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>A PyTorch file taken apart: its object, and the place of every storage.</summary>
internal sealed class TorchFile
{
    private static readonly BigInteger s_legacyMagic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly MappedFile _file;
    private readonly ZipRecords? _zip;
    private readonly string _prefix = "";
    private readonly Dictionary<string, (long Start, long Count)> _legacy = new(StringComparer.Ordinal);

    public TorchFile(MappedFile file, TorchPickleOptions options)
    {
        _file = file;
        if (file.Length < 4)
            throw Refuse(null, $"a PyTorch file has at least a pickle, the file has {file.Length} bytes");
        var head = BinaryPrimitives.ReadUInt32LittleEndian(file.ReadBytes(0, 4));
        if (head is 0x04034b50 or 0x06054b50)
        {
            Container = TorchContainer.Zip;
            _zip = new ZipRecords(file);
            _prefix = FindPrefix();
            CheckByteOrder();
            var (start, length) = _zip.Find(_prefix + "data.pkl");
            Root = new PickleInterpreter(new PickleBytes(file, start, start + length, "data.pkl"), options).Run();
            return;
        }
        Container = TorchContainer.Legacy;
        Root = ReadLegacy(options);
    }

    public TorchContainer Container { get; }

    public PickleValue Root { get; }

    /// <summary>Checks that a tensor lies inside its storage and the storage inside the file, and finds its first element.</summary>
    public IByteSource Place(string name, TorchTensor tensor, TorchPickleOptions options)
    {
        var size = ScalarTypes.Size(tensor.Type);
        var (start, bytes) = Locate(name, tensor.Storage);
        // A storage that views another one starts later in it.
        var shift = tensor.Storage.ViewOffset;
        if (tensor.End is not { } end || end > (bytes / size) - shift)
            throw Refuse(name, $"its shape [{string.Join(", ", tensor.Shape)}], strides [{string.Join(", ", tensor.Strides)}] and offset {tensor.Offset} reach outside its storage of {bytes / size} elements");
        var total = ScalarTypes.ByteLength(tensor.Shape, size)!.Value;
        if (total > bytes && total > options.MaxExpandedBytes)
            throw Refuse(name, $"it repeats a storage of {bytes} bytes to {total}, at most {options.MaxExpandedBytes} are allowed (TorchPickleOptions.MaxExpandedBytes)");
        start += shift * size;
        return new FileRange(_file, start + (tensor.Offset * size));
    }

    private (long Start, long Bytes) Locate(string name, TorchStorage storage)
    {
        var size = storage.Type is { } type ? ScalarTypes.Size(type) : 1;
        if (_zip is not null)
        {
            var (start, length) = _zip.Find(_prefix + "data/" + storage.Key);
            if (storage.Count > length / size)
                throw Refuse(name, $"its storage '{CheckpointException.Shorten(storage.Key)}' claims {storage.Count} elements of {size} bytes, the archive holds {length} bytes");
            return (start, storage.Count * size);
        }
        if (!_legacy.TryGetValue(storage.Key, out var place))
            throw Refuse(name, $"its storage '{CheckpointException.Shorten(storage.Key)}' is not in the file");
        if (storage.ViewOf is null ? storage.Count != place.Count : storage.ViewOffset > place.Count)
            throw Refuse(name, $"its storage '{CheckpointException.Shorten(storage.Key)}' claims {storage.Count} elements, the file holds {place.Count}");
        return (place.Start, place.Count * size);
    }

    private string FindPrefix()
    {
        string? found = null;
        foreach (var name in _zip!.Names)
        {
            if (name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal))
            {
                if (found is not null)
                    throw Refuse(name, $"the archive has two pickles, this one and '{CheckpointException.Shorten(found)}'");
                found = name;
            }
        }
        if (found is null)
            throw Refuse("data.pkl", "the zip archive has no such entry; it is not a PyTorch file");
        var prefix = found[..^"data.pkl".Length];
        if (_zip.Contains(prefix + "constants.pkl"))
            throw Refuse("constants.pkl", "this is a TorchScript archive, which holds code; save the state dictionary instead");
        return prefix;
    }

    private void CheckByteOrder()
    {
        if (!_zip!.Contains(_prefix + "byteorder"))
            return;
        var (start, length) = _zip.Find(_prefix + "byteorder");
        var order = Encoding.ASCII.GetString(_file.ReadBytes(start, (int)Math.Min(length, 16)));
        if (order != "little")
            throw Refuse("byteorder", $"is '{CheckpointException.Shorten(order)}'; only little-endian files are read");
    }

    /// <summary>Magic number, protocol version, system facts, the object, the storages' keys; then each storage's count and numbers.</summary>
    private PickleValue ReadLegacy(TorchPickleOptions options)
    {
        var bytes = new PickleBytes(_file, 0, _file.Length, "legacy container");
        var machine = new PickleInterpreter(bytes, options);
        PickleValue magic;
        try
        {
            magic = machine.Run();
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(_file.Path, null, $"not a PyTorch file: neither a zip archive nor the legacy format ({e.Rule})", e);
        }
        if (magic.AsBigInteger() != s_legacyMagic)
            throw Refuse(null, "not a PyTorch file: neither a zip archive nor the legacy magic number");
        if (machine.Run().AsInteger() != 1001)
            throw Refuse("protocol", "only version 1001 of the legacy format is known");
        var system = machine.Run();
        if (system["little_endian"]?.AsBoolean() == false)
            throw Refuse("little_endian", "only little-endian files are read");
        var classes = new StorageTypes();
        var root = machine.Run();
        classes.Visit(root, machine);
        var keys = machine.Run();
        if (keys.Kind != PickleKind.List)
            throw Refuse("storage keys", $"must be a list, not a {keys.Kind}");
        var at = bytes.Position;
        foreach (var item in keys.Items)
        {
            var key = item.AsString() ?? item.AsInteger()?.ToString(CultureInfo.InvariantCulture) ?? throw Refuse("storage keys", "must be text or whole numbers");
            if (!classes.Sizes.TryGetValue(key, out var size))
                throw Refuse(key, "a storage is listed that no tensor uses, so its element size is unknown");
            if (_file.Length - at < 8)
                throw Refuse(key, "the file ends before this storage; it is truncated");
            var count = BinaryPrimitives.ReadInt64LittleEndian(_file.ReadBytes(at, 8));
            at += 8;
            if (count < 0 || count > (_file.Length - at) / size)
                throw Refuse(key, $"the storage claims {count} elements of {size} bytes, the file has {_file.Length - at} bytes left");
            if (!_legacy.TryAdd(key, (at, count)))
                throw Refuse(key, "the storage is listed twice");
            at += count * size;
        }
        return root;
    }

    private CheckpointException Refuse(string? key, string rule) => new(_file.Path, key, rule);

    /// <summary>Element sizes of all storages that an object refers to, found without recursion: the object may contain itself.</summary>
    private sealed class StorageTypes
    {
        public Dictionary<string, int> Sizes { get; } = new(StringComparer.Ordinal);

        public void Visit(PickleValue root, PickleInterpreter machine)
        {
            var seen = new HashSet<PickleValue>(ReferenceEqualityComparer.Instance);
            var open = new Stack<PickleValue>();
            Push(root);
            while (open.TryPop(out var value))
            {
                if ((value.AsStorage() ?? value.AsTensor()?.Storage) is { } storage)
                {
                    var size = storage.Type is { } type ? ScalarTypes.Size(type) : 1;
                    if (!Sizes.TryAdd(storage.Key, size) && Sizes[storage.Key] != size)
                        throw machine.Refuse($"has the storage '{CheckpointException.Shorten(storage.Key)}' with two element sizes");
                    continue;
                }
                foreach (var item in value.Items)
                    Push(item);
                foreach (var (key, item) in value.Pairs)
                {
                    Push(key);
                    Push(item);
                }
                if (value.Kind == PickleKind.Object)
                {
                    if (value.Arguments is { } arguments)
                        Push(arguments);
                    if (value.State is { } state)
                        Push(state);
                }
            }

            void Push(PickleValue value)
            {
                var plain = value.Kind is PickleKind.None or PickleKind.Boolean or PickleKind.Integer or PickleKind.Float or PickleKind.String or PickleKind.Bytes or PickleKind.Global;
                if (plain || !seen.Add(value))
                    return;
                machine.Charge(40);
                open.Push(value);
            }
        }
    }
}
