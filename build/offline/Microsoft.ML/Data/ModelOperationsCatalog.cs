using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>
/// Saves and loads transformers, and makes prediction engines. The files are zips in this substitute's own layout:
/// the real library does not read them, nor does this one read the real library's.
/// </summary>
public sealed class ModelOperationsCatalog : IInternalCatalog
{
    private const string FormatEntry = "Format.txt";
    private const string FormatName = "Microsoft.ML substitute model, version 1";
    private const string SchemaEntry = "Schema";
    private const string ModelFolder = "TransformerChain";

    internal ModelOperationsCatalog(IHostEnvironment env) => Environment = env;

    internal IHostEnvironment Environment { get; }
    IHostEnvironment IInternalCatalog.Environment => Environment;

    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using (var format = new StreamWriter(archive.CreateEntry(FormatEntry).Open()))
            format.Write(FormatName);
        ModelSaveContext.Save(archive, model, ModelFolder);
        if (inputSchema is null)
            return;
        using var schema = new BinaryWriter(archive.CreateEntry(SchemaEntry).Open());
        SchemaCodec.Write(schema, inputSchema);
    }

    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using var stream = File.Create(filePath);
        Save(model, inputSchema, stream);
    }

    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var archive = Open(stream);
        var schema = archive.GetEntry(SchemaEntry);
        inputSchema = null;
        if (schema is not null)
        {
            using var reader = new BinaryReader(schema.Open());
            inputSchema = SchemaCodec.Read(reader);
        }
        return ModelLoadContext.Load(Environment, archive, ModelFolder);
    }

    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using var stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, bool ignoreMissingColumns = true,
        SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null) where TSrc : class where TDst : class, new() =>
        new(Environment, transformer, ignoreMissingColumns, inputSchemaDefinition, outputSchemaDefinition);

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, PredictionEngineOptions options)
        where TSrc : class where TDst : class, new()
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(Environment, transformer, options.IgnoreMissingColumns, options.InputSchemaDefinition, options.OutputSchemaDefinition, options.OwnsTransformer);
    }

    private static ZipArchive Open(Stream stream)
    {
        ZipArchive archive;
        try
        {
            archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException error)
        {
            throw new FormatException("The file is not a saved model: it is no zip archive.", error);
        }
        var entry = archive.GetEntry(FormatEntry);
        if (entry is not null)
        {
            using var reader = new StreamReader(entry.Open());
            if (reader.ReadToEnd() == FormatName)
                return archive;
        }
        archive.Dispose();
        throw new FormatException("The zip archive is not a model saved by this substitute of the library.");
    }
}
