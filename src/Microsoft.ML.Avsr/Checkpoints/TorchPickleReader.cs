using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Reads files written by <c>torch.save</c> (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>, <c>.ckpt</c>), zip and legacy, without Python and without
/// running anything: an interpreter with an allow-list rebuilds tensors and plain containers, classes it does not know become inert
/// data, and names whose only use is to run code are refused. Storages may be shared, strided and offset; numbers stay in the file
/// until a tensor is read.
/// </summary>
public sealed class TorchPickleReader : ITensorSource
{
    private static readonly string[] s_usualNames = ["state_dict", "model_state_dict", "model", "module"];

    private readonly MappedFile _file;
    private readonly TorchFile _content;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IByteSource Bytes, TorchTensor Tensor)> _places = new(StringComparer.Ordinal);

    /// <summary>Opens a file and checks every tensor of its state dictionary.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits, and the name of the state dictionary if it is not one of the usual.</param>
    /// <exception cref="CheckpointException">Not a PyTorch file, damaged, hostile, or without tensors.</exception>
    public TorchPickleReader(string path, TorchPickleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new TorchPickleOptions();
        _file = MappedFile.Open(path);
        try
        {
            _content = new TorchFile(_file, options);
            StateDictionary = Collect(options);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Location => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>Key of the dictionary whose tensors <see cref="Entries"/> lists; empty when the file itself is that dictionary.</summary>
    public string StateDictionary { get; }

    /// <summary>The whole content as data: configuration, training state and all.</summary>
    public PickleValue Root => _content.Root;

    /// <summary>How the file is put together.</summary>
    public TorchContainer Container => _content.Container;

    /// <inheritdoc/>
    public Tensor Read(string name, ScalarType? dtype = null)
    {
        var entry = this.Find(name);
        var (bytes, tensor) = _places[name];
        if (tensor.IsContiguous)
            return TensorBytes.Read(bytes, entry, dtype, Location);
        using var scope = NewDisposeScope();
        var view = ReadView(bytes, entry, tensor); // the entry's shape, with gaps
        TensorBytes.CheckConversion(entry, dtype ?? entry.DType, Location);
        return view.to_type(dtype ?? entry.DType).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var entry = this.Find(name);
        var (bytes, tensor) = _places[name];
        if (tensor.IsContiguous)
        {
            TensorBytes.CopyTo(bytes, entry, destination, Location);
            return;
        }
        TensorBytes.CheckDestination(entry, destination, Location);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        destination.copy_(ReadView(bytes, entry, tensor));
    }

    /// <summary>Closes the file. Tensors already read stay valid.</summary>
    public void Dispose() => _file.Dispose();

    // A tensor whose elements do not lie in one piece: the part of its storage from its first to its last element, seen through its strides.
    private Tensor ReadView(IByteSource bytes, TensorEntry entry, TorchTensor tensor)
    {
        var span = tensor.End!.Value - tensor.Offset;
        var piece = new TensorEntry(entry.Name, entry.DType, [span], span * ScalarTypes.Size(entry.DType));
        return TensorBytes.Read(bytes, piece, null, Location).as_strided(entry.Shape, tensor.Strides);
    }

    private string Collect(TorchPickleOptions options)
    {
        var (name, dictionary) = FindStateDictionary(options.StateDictionary);
        foreach (var (key, value) in dictionary.Pairs)
        {
            if (key.AsString() is not { } text || value.AsTensor() is not { } tensor)
                continue;
            _places.Add(text, (_content.Place(text, tensor, options), tensor));
            var bytes = ScalarTypes.ByteLength(tensor.Shape, ScalarTypes.Size(tensor.Type))!.Value;
            _entries.Add(text, new TensorEntry(text, tensor.Type, tensor.Shape, bytes));
        }
        return name;
    }

    private (string Name, PickleValue Dictionary) FindStateDictionary(string? wanted)
    {
        if (wanted is { Length: > 0 })
        {
            return Root[wanted] is { Kind: PickleKind.Dictionary } found
                ? (wanted, found)
                : throw new CheckpointException(Location, wanted, "the file has no dictionary of this name");
        }
        if (wanted is null && !HasTensors(Root))
        {
            foreach (var name in s_usualNames)
            {
                if (Root[name] is { } nested && HasTensors(nested))
                    return (name, nested);
            }
            throw new CheckpointException(Location, null, $"no tensors were found, neither in the file's dictionary nor under {string.Join(", ", s_usualNames)}; the file holds a {Root}");
        }
        return Root.Kind == PickleKind.Dictionary ? ("", Root) : throw new CheckpointException(Location, null, $"the file holds a {Root}, not a dictionary of tensors");
    }

    private static bool HasTensors(PickleValue value) =>
        value.Kind == PickleKind.Dictionary && value.Pairs.Any(pair => pair.Key.Kind == PickleKind.String && pair.Value.Kind == PickleKind.Tensor);
}
