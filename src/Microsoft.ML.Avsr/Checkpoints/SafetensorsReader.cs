using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Reads a safetensors file through a memory map. The header is checked completely when the file is opened: its size, UTF-8 and
/// JSON, names that appear once, element types, shapes whose product fits, and offsets that cover the data without hole or overlap.
/// </summary>
public sealed class SafetensorsReader : ITensorSource
{
    private readonly MappedFile _file;
    private readonly SafetensorsHeader _header;

    /// <summary>Opens a file and checks its header; tensors are read on demand.</summary>
    /// <param name="path">Path of the <c>.safetensors</c> file.</param>
    /// <param name="options">Limits; null for the format's own.</param>
    /// <exception cref="CheckpointException">The file cannot be opened or breaks a rule of the format.</exception>
    public SafetensorsReader(string path, SafetensorsOptions? options = null)
        : this(MappedFile.Open(path), options)
    {
    }

    /// <summary>Reads safetensors that are in memory already.</summary>
    /// <param name="bytes">The bytes; they must not change while the reader lives.</param>
    /// <param name="name">What to call them in messages.</param>
    /// <param name="options">Limits; null for the format's own.</param>
    /// <exception cref="CheckpointException">The bytes break a rule of the format.</exception>
    public SafetensorsReader(ReadOnlyMemory<byte> bytes, string name, SafetensorsOptions? options = null)
        : this(MappedFile.OfMemory(name, bytes), options)
    {
    }

    private SafetensorsReader(MappedFile file, SafetensorsOptions? options)
    {
        _file = file;
        try
        {
            _header = SafetensorsHeader.Read(_file, options ?? new SafetensorsOptions());
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
    public IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <summary>The free text that the writer left in <c>__metadata__</c>; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <inheritdoc/>
    public Tensor Read(string name, ScalarType? dtype = null)
    {
        var entry = this.Find(name);
        return TensorBytes.Read(new FileRange(_file, _header.Start(name)), entry, dtype, Location);
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var entry = this.Find(name);
        TensorBytes.CopyTo(new FileRange(_file, _header.Start(name)), entry, destination, Location);
    }

    /// <summary>Closes the file. Tensors already read stay valid.</summary>
    public void Dispose() => _file.Dispose();
}
