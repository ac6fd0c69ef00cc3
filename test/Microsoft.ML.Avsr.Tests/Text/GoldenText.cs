using System.Text.Json;

namespace Microsoft.ML.Avsr.Tests.Text;

/// <summary>Reads golden cases that are kept with the tests.</summary>
internal static class GoldenText
{
    public static JsonElement Read(string name)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Golden", name));
        return JsonDocument.Parse(stream).RootElement;
    }
}
