using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Reads llama2.c model files (version 0: seven int32, then float32 tensors in a fixed order) and shows them under the names and in
/// the layout of Hugging Face's Llama. llama2.c rotates neighbouring pairs of a head, Hugging Face its two halves, so the rows of the
/// query and key projections are reordered while they are read.
/// </summary>
public sealed class Llama2CheckpointReader : ITensorSource
{
    private const int HeaderBytes = 28;
    private const int MaxLayers = 1024;

    private readonly MappedFile _file;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Start, int HeadSize)> _places = new(StringComparer.Ordinal);

    /// <summary>Opens a file; the size that its header implies must be the size that it has.</summary>
    /// <param name="path">Path of the <c>.bin</c> file.</param>
    /// <exception cref="CheckpointException">Not such a file, truncated, or with impossible sizes.</exception>
    public Llama2CheckpointReader(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _file = MappedFile.Open(path);
        try
        {
            Header = ReadHeader();
            PlaceTensors();
            Config = CreateConfig();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Sizes of the model.</summary>
    public Llama2Header Header { get; }

    /// <summary>The same sizes as a Hugging Face <c>config.json</c> (rotary base 10000 and epsilon 1e-5 are fixed in llama2.c).</summary>
    public JsonElement Config { get; }

    /// <inheritdoc/>
    public string Location => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public Tensor Read(string name, ScalarType? dtype = null) => TensorBytes.Read(Bytes(name), _entries[name], dtype, Location);

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        TensorBytes.CopyTo(Bytes(name), _entries[name], destination, Location);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private IByteSource Bytes(string name)
    {
        var entry = this.Find(name);
        var (start, headSize) = _places[name];
        return headSize == 0 ? new FileRange(_file, start) : new HalvesFromPairs(_file, start, headSize, entry.Shape[1] * sizeof(float));
    }

    private Llama2Header ReadHeader()
    {
        if (_file.Length < HeaderBytes)
            throw Refuse($"a llama2.c file starts with {HeaderBytes} bytes of sizes, the file has {_file.Length}");
        var bytes = _file.ReadBytes(0, HeaderBytes);
        var numbers = new int[7];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
        string[] names = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"];
        for (var i = 0; i < numbers.Length; i++)
        {
            // A negative vocabulary size is the format's mark for an output layer of its own.
            var value = i == 5 ? Math.Abs((long)numbers[i]) : numbers[i];
            var most = i is 2 ? MaxLayers : i is 5 ? 4_000_000 : 1 << 20;
            if (value < 1 || value > most)
                throw Refuse($"{names[i]} is {numbers[i]}, 1 to {most} is allowed; not a llama2.c version 0 file");
        }
        var (dim, heads, kvHeads) = (numbers[0], numbers[3], numbers[4]);
        if (dim % heads != 0 || heads % kvHeads != 0 || dim / heads % 2 != 0)
            throw Refuse($"{heads} heads and {kvHeads} key-value heads do not divide a width of {dim} into even heads");
        return new Llama2Header(dim, numbers[1], numbers[2], heads, kvHeads, Math.Abs(numbers[5]), numbers[6], numbers[5] > 0);
    }

    private void PlaceTensors()
    {
        var h = Header;
        // Checked before any table is built: 1 to 1024 layers of sizes that must already add up to the file's length.
        Int128 perLayer = ((Int128)2 * h.Width) + ((Int128)2 * h.Width * h.Width) + ((Int128)2 * h.Width * h.KeyValueWidth) + ((Int128)3 * h.Width * h.FeedForward);
        var table = (Int128)h.VocabularySize * h.Width;
        var expected = HeaderBytes + (4 * (table + (h.Layers * perLayer) + h.Width + ((Int128)h.MaxPositions * h.HeadSize) + (h.TiedEmbeddings ? 0 : table)));
        if (expected != _file.Length)
            throw Refuse($"its sizes ask for {expected} bytes, the file has {_file.Length}");
        long at = HeaderBytes;
        Add("model.embed_tokens.weight", ref at, 0, h.VocabularySize, h.Width);
        AddLayers("input_layernorm.weight", ref at, 0, h.Width);
        AddLayers("self_attn.q_proj.weight", ref at, h.HeadSize, h.Width, h.Width);
        AddLayers("self_attn.k_proj.weight", ref at, h.HeadSize, h.KeyValueWidth, h.Width);
        AddLayers("self_attn.v_proj.weight", ref at, 0, h.KeyValueWidth, h.Width);
        AddLayers("self_attn.o_proj.weight", ref at, 0, h.Width, h.Width);
        AddLayers("post_attention_layernorm.weight", ref at, 0, h.Width);
        AddLayers("mlp.gate_proj.weight", ref at, 0, h.FeedForward, h.Width);
        AddLayers("mlp.down_proj.weight", ref at, 0, h.Width, h.FeedForward);
        AddLayers("mlp.up_proj.weight", ref at, 0, h.FeedForward, h.Width);
        Add("model.norm.weight", ref at, 0, h.Width);
        at += (long)h.MaxPositions * h.HeadSize * sizeof(float); // rotary tables, which the model computes itself
        if (!h.TiedEmbeddings)
            Add("lm_head.weight", ref at, 0, h.VocabularySize, h.Width);
    }

    private void AddLayers(string name, ref long at, int headSize, params long[] shape)
    {
        for (var layer = 0; layer < Header.Layers; layer++)
            Add($"model.layers.{layer}.{name}", ref at, headSize, [.. shape]);
    }

    private void Add(string name, ref long at, int headSize, params long[] shape)
    {
        var bytes = ScalarTypes.ByteLength(shape, sizeof(float))!.Value;
        _entries.Add(name, new TensorEntry(name, ScalarType.Float32, shape, bytes));
        _places.Add(name, (at, headSize));
        at += bytes;
    }

    private JsonElement CreateConfig() => JsonSerializer.SerializeToElement(new Dictionary<string, object>
    {
        ["model_type"] = "llama",
        ["vocab_size"] = Header.VocabularySize,
        ["hidden_size"] = Header.Width,
        ["intermediate_size"] = Header.FeedForward,
        ["num_hidden_layers"] = Header.Layers,
        ["num_attention_heads"] = Header.Heads,
        ["num_key_value_heads"] = Header.KeyValueHeads,
        ["head_dim"] = Header.HeadSize,
        ["max_position_embeddings"] = Header.MaxPositions,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["tie_word_embeddings"] = Header.TiedEmbeddings,
        ["attention_bias"] = false,
        ["hidden_act"] = "silu",
        ["bos_token_id"] = 1,
        ["eos_token_id"] = 2,
    });

    private CheckpointException Refuse(string rule) => new(Location, null, rule);

    /// <summary>Rows of each head reordered: row r of the first half is the file's row 2r, row r of the second half 2r + 1.</summary>
    private sealed class HalvesFromPairs(MappedFile file, long start, int headSize, long rowBytes) : IByteSource
    {
        public void Read(long offset, Span<byte> destination)
        {
            while (!destination.IsEmpty)
            {
                var (row, within) = Math.DivRem(offset, rowBytes);
                var (head, inHead) = Math.DivRem(row, headSize);
                var half = headSize / 2;
                var source = (head * headSize) + (inHead < half ? 2 * inHead : (2 * (inHead - half)) + 1);
                var count = (int)Math.Min(destination.Length, rowBytes - within);
                file.Read(start + (source * rowBytes) + within, destination[..count]);
                destination = destination[count..];
                offset += count;
            }
        }
    }
}
