using Microsoft.ML.Avsr.Checkpoints;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>One parser under attack.</summary>
/// <param name="Read">Reads a file completely; returns the bytes of native memory that its largest tensor, or a whole module, took.</param>
/// <param name="IsRefusal">Whether an exception is a proper refusal, and says enough.</param>
/// <param name="Seeds">Sound files to be damaged.</param>
internal sealed record FuzzParser(Func<string, long> Read, Func<Exception, bool> IsRefusal, Func<IReadOnlyList<byte[]>> Seeds)
{
    /// <summary>Puts the damaged bytes into a sound container; null leaves them as they are.</summary>
    public Func<byte[], byte[]>? Wrap { get; init; }

    /// <summary>Files tried by every test run.</summary>
    public int FastFiles { get; init; } = 400;

    /// <summary>At least one file in so many must be refused, or the damage is too gentle.</summary>
    public int RefusedOneIn { get; init; } = 4;

    /// <summary>Where a parser that needs more than one file keeps the others, made once.</summary>
    public static string Beside(string path, string name, Action<string> make)
    {
        var folder = Path.Combine(Path.GetDirectoryName(path)!, name);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            make(folder);
        }
        return folder;
    }

    /// <summary>A refusal names file and rule, and is no novel.</summary>
    public static bool IsCheckpointRefusal(Exception problem) => problem is CheckpointException { File.Length: > 0, Rule.Length: > 0, Message.Length: < 4000 };
}
