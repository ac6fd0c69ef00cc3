using System.IO.Compression;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>
/// Where a component writes itself. The zip's layout is this substitute's own: the real library does not read it.
/// Each component has a folder with <c>Model.key</c> (loader name, then its fields) and, if it needs them, streamed entries.
/// </summary>
public sealed class ModelSaveContext : IDisposable
{
    internal const string HeaderName = "Model.key";
    private readonly ZipArchive _archive;
    private readonly string _folder;
    private readonly MemoryStream _header = new();
    private string _loader;

    internal ModelSaveContext(ZipArchive archive, string folder)
    {
        _archive = archive;
        _folder = folder;
        Writer = new BinaryWriter(_header, Encoding.UTF8, leaveOpen: true);
    }

    /// <summary>The component's small fields. Buffered, because a zip has one open entry at a time.</summary>
    internal BinaryWriter Writer { get; }

    internal void SetLoader(string loader) => _loader = loader;

    /// <summary>Writes a component into a subfolder.</summary>
    internal void SaveModel(ICanSaveModel model, string name) => Save(_archive, model, _folder + "/" + name);

    /// <summary>Opens an entry that is compressed while it is written, for content too large to buffer.</summary>
    internal Stream OpenEntry(string name) => _archive.CreateEntry(_folder + "/" + name, CompressionLevel.Fastest).Open();

    internal static void Save(ZipArchive archive, ICanSaveModel model, string folder)
    {
        using var context = new ModelSaveContext(archive, folder);
        model.Save(context);
        context.Commit();
    }

    private void Commit()
    {
        if (_loader is null)
            throw new InvalidOperationException("ModelSignature not specified!");
        Writer.Flush();
        using var entry = OpenEntry(HeaderName);
        using var writer = new BinaryWriter(entry, Encoding.UTF8);
        writer.Write(_loader);
        writer.Write(_header.GetBuffer(), 0, (int)_header.Length);
    }

    public void Dispose() => Writer.Dispose();
}
