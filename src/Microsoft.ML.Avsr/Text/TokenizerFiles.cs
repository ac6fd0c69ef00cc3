using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Text;

/// <summary>Reads tokenizer files with a ceiling on their size; every failure names the file.</summary>
internal static class TokenizerFiles
{
    private const long MaxBytes = 128L << 20;

    public static byte[] ReadBytes(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= MaxBytes ? File.ReadAllBytes(path)
            : throw new TokenizerException($"{path}: {length} bytes, more than the {MaxBytes} that a tokenizer file may have.");
    }

    public static string ReadText(string path) => Encoding.UTF8.GetString(ReadBytes(path));

    public static JsonDocument ReadJson(string path)
    {
        try
        {
            return JsonDocument.Parse(ReadBytes(path));
        }
        catch (JsonException problem)
        {
            throw new TokenizerException($"{path}: {problem.Message}", problem);
        }
    }

    public static JsonDocument? ReadJsonIfPresent(string path) => File.Exists(path) ? ReadJson(path) : null;

    /// <summary>A text, where <see cref="JsonElement.GetString"/> also accepts null.</summary>
    /// <exception cref="FormatException">It is null.</exception>
    public static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("A text is needed where the file has null.");

    /// <summary>Runs a reader of JSON; a missing property or a wrong kind becomes an exception that names the file.</summary>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or OverflowException)
        {
            throw new TokenizerException($"{path}: {problem.Message}", problem);
        }
    }
}
