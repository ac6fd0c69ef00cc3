using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// This library's own layout of a model: one safetensors file per part, small text files, and <c>manifest.json</c> with the configuration,
/// the size and SHA-256 of every file, and a self-test: an input with the output that the model gave when it was saved.
/// </summary>
public sealed class ModelFolder : IDisposable
{
    internal const string ManifestName = "manifest.json";
    private const string FormatName = "microsoft.ml.avsr";
    private const string InputPrefix = "input.";
    private const string OutputPrefix = "output.";
    private const string SelfTestName = "self-test.safetensors";
    private const string PartSuffix = ".safetensors";

    private readonly Dictionary<string, ITensorSource> _parts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files;

    private ModelFolder(string path, JsonElement config, HashSet<string> files)
    {
        Location = path;
        Config = config;
        _files = files;
    }

    /// <summary>Path of the folder.</summary>
    public string Location { get; }

    /// <summary>The model's configuration.</summary>
    public JsonElement Config { get; }

    /// <summary>Names of the parts.</summary>
    public IEnumerable<string> Parts => _files.Where(name => name.EndsWith(PartSuffix, StringComparison.Ordinal) && name != SelfTestName)
        .Select(name => name[..^PartSuffix.Length]).Order(StringComparer.Ordinal);

    /// <summary>Whether the folder can check itself with <see cref="Verify"/>.</summary>
    public bool HasSelfTest => _files.Contains(SelfTestName);

    /// <summary>Writes a folder beside its place and moves it there when it is complete; an older one is replaced.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="content">Configuration, tensors, texts and self-test.</param>
    /// <exception cref="ArgumentException">A name is not plain, or the self-test is half given.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(string path, ModelFolderContent content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(content);
        if ((content.SelfTestInput is null) != (content.SelfTestOutput is null))
            throw new ArgumentException("A self-test needs both an input and an output.", nameof(content));
        foreach (var name in content.Parts.Keys.Concat(content.Texts.Keys))
        {
            if (!IsPlain(name) || name + PartSuffix == SelfTestName || name is ManifestName or SelfTestName)
                throw new ArgumentException($"'{name}' cannot name a file of the model; letters, digits, '.', '-' and '_' are allowed.", nameof(content));
        }
        var target = Path.GetFullPath(path);
        var building = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(building);
            foreach (var (name, tensors) in content.Parts)
                SafetensorsWriter.Write(Path.Combine(building, name + PartSuffix), tensors);
            foreach (var (name, text) in content.Texts)
                AtomicFile.WriteText(Path.Combine(building, name), text);
            if (content.SelfTestInput is { } input && content.SelfTestOutput is { } output)
            {
                var vectors = input.Select(pair => (Key: InputPrefix + pair.Key, pair.Value)).Concat(output.Select(pair => (Key: OutputPrefix + pair.Key, pair.Value)));
                SafetensorsWriter.Write(Path.Combine(building, SelfTestName), vectors.ToDictionary(item => item.Key, item => item.Value));
            }
            WriteManifest(building, content.Config);
            Replace(building, target);
        }
        catch
        {
            if (Directory.Exists(building))
                Directory.Delete(building, recursive: true);
            throw;
        }
    }

    /// <summary>Opens a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="checkHashes">True reads every file once and compares its SHA-256; false compares sizes only.</param>
    /// <returns>The opened folder; tensors are read on demand.</returns>
    /// <exception cref="CheckpointException">The manifest is missing or wrong, or a file is not the one that was saved.</exception>
    public static ModelFolder Open(string path, bool checkHashes = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var manifestPath = Path.Combine(path, ManifestName);
        if (!File.Exists(manifestPath))
            throw new CheckpointException(path, ManifestName, "the folder has no such file; it is not a saved model");
        var manifest = JsonFile.Read(manifestPath);
        if (JsonFile.Text(manifest, "format") != FormatName || JsonFile.Integer(manifest, "version") != 1)
            throw new CheckpointException(manifestPath, "format", $"must be '{FormatName}', version 1");
        if (!manifest.TryGetProperty("config", out var config) || !manifest.TryGetProperty("files", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new CheckpointException(manifestPath, "files", "config and files are needed");
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.EnumerateArray())
        {
            var name = JsonFile.Text(item, "name") ?? "";
            if (!IsPlain(name) || !files.Add(name))
                throw new CheckpointException(manifestPath, name, "is not the plain name of a file, or appears twice");
            CheckFile(path, name, item, checkHashes);
        }
        return new ModelFolder(path, config, files);
    }

    /// <summary>The tensors of a part, disposed with the folder.</summary>
    /// <param name="name">One of <see cref="Parts"/>.</param>
    /// <returns>Its tensors under the names of its module.</returns>
    /// <exception cref="CheckpointException">There is no such part.</exception>
    public ITensorSource Part(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_parts.TryGetValue(name, out var part))
            return part;
        if (!_files.Contains(name + PartSuffix))
            throw new CheckpointException(Location, name, $"no such part; there are {string.Join(", ", Parts)}");
        return _parts[name] = new SafetensorsReader(Path.Combine(Location, name + PartSuffix));
    }

    /// <summary>Reads a text file of the folder.</summary>
    /// <param name="name">Its plain name.</param>
    /// <returns>The text.</returns>
    /// <exception cref="CheckpointException">There is no such file.</exception>
    public string Text(string name) =>
        _files.Contains(name) ? File.ReadAllText(Path.Combine(Location, name)) : throw new CheckpointException(Location, name, "no such file in the manifest");

    /// <summary>Runs the stored input through the model and compares with what it gave when it was saved.</summary>
    /// <param name="run">Runs the model: inputs by name to outputs by name. Called inside a dispose scope.</param>
    /// <param name="absolute">Absolute difference allowed.</param>
    /// <param name="relative">Difference allowed relative to the stored value.</param>
    /// <returns>Whether all outputs agree, and the largest difference.</returns>
    /// <exception cref="CheckpointException">The folder has no self-test.</exception>
    public ModelVerification Verify(Func<IReadOnlyDictionary<string, Tensor>, IReadOnlyDictionary<string, Tensor>> run, double absolute = 1e-3, double relative = 1e-3)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (!HasSelfTest)
            throw new CheckpointException(Location, SelfTestName, "the folder was saved without a self-test");
        using var vectors = new SafetensorsReader(Path.Combine(Location, SelfTestName));
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> Read(string prefix) => vectors.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[prefix.Length..], name => vectors.Read(name));
        var actual = run(Read(InputPrefix));
        double largest = 0;
        string? problem = null;
        foreach (var (name, expected) in Read(OutputPrefix))
        {
            if (!actual.TryGetValue(name, out var tensor) || !tensor.shape.AsSpan().SequenceEqual(expected.shape))
                return new ModelVerification(false, double.PositiveInfinity, $"'{name}': the model did not give an output of shape [{string.Join(", ", expected.shape)}]");
            if (expected.numel() == 0)
                continue;
            var wanted = expected.to_type(ScalarType.Float64); // the output's shape
            var difference = tensor.cpu().to_type(ScalarType.Float64).sub(wanted).abs(); // the output's shape
            var error = difference.max().item<double>();
            largest = Math.Max(largest, double.IsNaN(error) ? double.PositiveInfinity : error);
            var excess = difference.sub(wanted.abs().mul(relative)).max().item<double>();
            if (!(excess <= absolute))
                problem ??= $"'{name}' differs by up to {error:0.###e0}";
        }
        return new ModelVerification(problem is null, largest, problem);
    }

    /// <summary>Closes the parts.</summary>
    public void Dispose()
    {
        foreach (var part in _parts.Values)
            part.Dispose();
    }

    private static void WriteManifest(string folder, JsonElement config)
    {
        var files = new JsonArray();
        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            files.Add(new JsonObject
            {
                ["name"] = Path.GetFileName(file),
                ["bytes"] = new FileInfo(file).Length,
                ["sha256"] = Hash(file),
            });
        }
        var manifest = new JsonObject { ["format"] = FormatName, ["version"] = 1, ["config"] = JsonNode.Parse(config.GetRawText()), ["files"] = files };
        AtomicFile.WriteText(Path.Combine(folder, ManifestName), manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static void CheckFile(string folder, string name, JsonElement item, bool checkHash)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            throw new CheckpointException(folder, name, "the file is missing");
        var length = new FileInfo(path).Length;
        if (JsonFile.Integer(item, "bytes") != length)
            throw new CheckpointException(folder, name, $"the file has {length} bytes, the manifest says {JsonFile.Integer(item, "bytes")}");
        if (checkHash && !string.Equals(Hash(path), JsonFile.Text(item, "sha256"), StringComparison.OrdinalIgnoreCase))
            throw new CheckpointException(folder, name, "its SHA-256 is not the one in the manifest: the file was changed or damaged");
    }

    // A rename cannot replace a folder that is not empty, so the old one steps aside first.
    private static void Replace(string building, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(building, target);
            return;
        }
        if (Directory.EnumerateFileSystemEntries(target).Any() && !File.Exists(Path.Combine(target, ManifestName)))
            throw new IOException($"'{target}' exists and is not a saved model; it is not replaced.");
        var old = $"{target}.{Guid.NewGuid():N}.old";
        Directory.Move(target, old);
        Directory.Move(building, target);
        Directory.Delete(old, recursive: true);
    }

    private static string Hash(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= 100 && name[0] != '.' && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
