namespace Microsoft.ML.Avsr.Text;

/// <summary>Reads the tables that are embedded in the assembly.</summary>
internal static class TextResources
{
    public static Stream Open(string name) => typeof(TextResources).Assembly.GetManifestResourceStream($"Microsoft.ML.Avsr.Text.Resources.{name}")
        ?? throw new InvalidOperationException($"The embedded table '{name}' is missing from {typeof(TextResources).Assembly.GetName().Name}.");

    public static IEnumerable<string> ReadLines(string name)
    {
        using var reader = new StreamReader(Open(name));
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
