using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>One case on disk: a folder with <c>case.json</c>. Files that it opens are closed with it.</summary>
internal sealed class CaseFolder : IDisposable
{
    private readonly List<IDisposable> _opened = [];
    private readonly Dictionary<string, SafetensorsReader> _readers = new(StringComparer.Ordinal);
    private readonly JsonDocument _document;

    public CaseFolder(string directory)
    {
        Location = Path.GetFullPath(directory);
        _document = JsonDocument.Parse(File.ReadAllText(PathOf("case.json")));
        Name = Text("case") ?? Text("name") ?? Path.GetFileName(Location);
        // "03_llama/gqa_tied" lies in the category's folder; "03_avhubert_lnfirst" starts with its category.
        Category = Name.Split('/')[0];
    }

    /// <summary>Full path of the folder.</summary>
    public string Location { get; }

    /// <summary>The case's name in its collection.</summary>
    public string Name { get; }

    /// <summary>What decides who runs the case.</summary>
    public string Category { get; }

    /// <summary>Content of <c>case.json</c>.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>The <c>config</c> object.</summary>
    public JsonElement Config => Root.GetProperty("config");

    public string PathOf(string relative) => Path.Combine(Location, relative);

    public bool Has(string relative) => File.Exists(PathOf(relative)) || Directory.Exists(PathOf(relative));

    /// <summary>Opens a safetensors file of the case once.</summary>
    public SafetensorsReader Tensors(string file = "expected.safetensors")
    {
        if (!_readers.TryGetValue(file, out var reader))
            _readers[file] = reader = Own(new SafetensorsReader(PathOf(file)));
        return reader;
    }

    /// <summary>Disposes something with the case.</summary>
    public T Own<T>(T resource) where T : IDisposable
    {
        _opened.Add(resource);
        return resource;
    }

    /// <summary>Another case of the same collection, named by its name there.</summary>
    public CaseFolder Other(string name)
    {
        var root = Name.Contains('/') ? Path.Combine(Location, "..", "..") : Path.Combine(Location, "..");
        var directory = Path.Combine(root, name);
        if (!File.Exists(Path.Combine(directory, "case.json")))
            throw new FileNotFoundException($"The case needs another case of its collection, '{name}', which is not there.");
        return Own(new CaseFolder(directory));
    }

    /// <summary>A JSON file of the case.</summary>
    public JsonElement Json(string file) => Own(JsonDocument.Parse(File.ReadAllText(PathOf(file)))).RootElement;

    public string? Text(string property) =>
        Root.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The case's own tolerance.</summary>
    /// <param name="key">Part of the tolerance object; null is all of it.</param>
    /// <param name="fallback">Used where the case names none.</param>
    public Tolerance Tolerance(string? key, Tolerance? fallback = null)
    {
        if (!Root.TryGetProperty("tolerance", out var tolerance))
            return fallback ?? throw new InvalidDataException("case.json names no tolerance.");
        var read = key is null ? Parity.Tolerance.Read(tolerance)
            : tolerance.ValueKind == JsonValueKind.Object && tolerance.TryGetProperty(key, out var part) ? Parity.Tolerance.Read(part) : null;
        return read ?? fallback ?? throw new InvalidDataException($"case.json names no tolerance{(key is null ? "" : $" '{key}'")}.");
    }

    public void Dispose()
    {
        foreach (var item in Enumerable.Reverse(_opened))
            item.Dispose();
        _document.Dispose();
    }
}
