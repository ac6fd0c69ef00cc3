using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>Where a component reads itself back from.</summary>
internal sealed class ModelLoadContext : IDisposable
{
    private static readonly Dictionary<string, Func<IHostEnvironment, ModelLoadContext, ITransformer>> s_loaders = new()
    {
        [TransformerChain.Loader] = TransformerChain.Load,
        [ColumnCopyingTransformer.Loader] = (env, ctx) => new ColumnCopyingTransformer(env, ctx),
        [ColumnSelectingTransformer.Loader] = (env, ctx) => new ColumnSelectingTransformer(env, ctx),
        [ColumnConcatenatingTransformer.Loader] = (env, ctx) => new ColumnConcatenatingTransformer(env, ctx),
        [ValueMappingTransformer.Loader] = ValueMappingTransformer.Load,
        [CustomMapping.Loader] = CustomMapping.Load,
    };

    private readonly ZipArchive _archive;
    private readonly string _folder;
    private readonly Stream _header;

    private ModelLoadContext(ZipArchive archive, string folder)
    {
        _archive = archive;
        _folder = folder;
        _header = OpenEntry(ModelSaveContext.HeaderName);
        Reader = new BinaryReader(_header, Encoding.UTF8);
    }

    public BinaryReader Reader { get; }

    public ITransformer LoadModel(IHostEnvironment env, string name) => Load(env, _archive, _folder + "/" + name);

    public Stream OpenEntry(string name) =>
        (_archive.GetEntry(_folder + "/" + name) ?? throw new FormatException($"The model file has no entry '{_folder}/{name}'.")).Open();

    public static ITransformer Load(IHostEnvironment env, ZipArchive archive, string folder)
    {
        using var context = new ModelLoadContext(archive, folder);
        var name = context.Reader.ReadString();
        if (!s_loaders.TryGetValue(name, out var load))
            throw new FormatException($"The model file holds an unknown component '{name}' in '{folder}'.");
        return load(env, context);
    }

    public void Dispose() => Reader.Dispose();
}
