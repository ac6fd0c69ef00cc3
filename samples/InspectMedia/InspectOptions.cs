using System.Globalization;

namespace InspectMedia;

/// <summary>What the command line asks for.</summary>
internal sealed record InspectOptions
{
    /// <summary>The media file; null where only the detector is to be fetched.</summary>
    public string? File { get; init; }

    /// <summary>Where the page goes.</summary>
    public string Output { get; init; } = "inspect.html";

    /// <summary>Weights of the face detector, or null.</summary>
    public string? Detector { get; init; }

    /// <summary>Folder that the detector's weights are fetched into, or null.</summary>
    public string? GetDetector { get; init; }

    /// <summary>How many frames are shown.</summary>
    public int Frames { get; init; } = 8;

    /// <summary>Whether the face that moves with the sound is chosen instead of the largest.</summary>
    public bool Speaking { get; init; }

    /// <summary>Whether the references' framing is shown instead of the steady one.</summary>
    public bool MeanFace { get; init; }

    /// <summary>Whether only the help text is wanted.</summary>
    public bool Help { get; init; }

    /// <summary>What <c>--help</c> prints.</summary>
    public static string HelpText => """
        Shows what the recogniser gets to see and hear of a media file, as one HTML page that loads nothing
        from elsewhere: frames with faces and mouths, waveform, log-mel, detections over time, and what is
        wrong with the file. Of a long recording the first minute is shown.

        Usage: InspectMedia FILE [options]

          --detector FILE.onnx    Weights of the face detector YuNet. Without them faces are not looked for.
          --get-detector FOLDER   Fetches those weights into a folder and checks their SHA-256 (the only
                                  option that opens a connection); then they are used.
          --output PAGE.html      Where the page goes (default: inspect.html).
          --frames N              How many frames are shown, 1 to 40 (default: 8).
          --speaking              With several faces, take the one that moves with the sound, not the largest.
          --mean-face             Frame the mouth as published encoders need it.
          --help                  This text.

        Exit code: 0 when nothing severe was found, 1 when the page says what is, 2 when the command line or
        the machine does not allow the work.
        """;

    /// <summary>Reads a command line.</summary>
    /// <exception cref="FormatException">Something in it cannot be carried out.</exception>
    public static InspectOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new InspectOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--help" or "-h" => options with { Help = true },
                "--speaking" => options with { Speaking = true },
                "--mean-face" => options with { MeanFace = true },
                "--detector" => options with { Detector = Existing(name, Value()) },
                "--get-detector" => options with { GetDetector = Value() },
                "--output" => options with { Output = Value() },
                "--frames" => options with { Frames = Count(name, Value()) },
                _ when name.StartsWith("--", StringComparison.Ordinal) => throw new FormatException($"There is no option {name}."),
                _ when options.File is null => options with { File = name },
                _ => throw new FormatException($"One file at a time: '{options.File}' and '{name}' were given."),
            };

            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} needs a value.");
        }
        if (options.GetDetector is { } folder)
            options = options with { Detector = Path.Combine(folder, Microsoft.ML.Avsr.Media.DownloadableWeights.YuNet.FileName) };
        return options.Help || options.File is not null || options.GetDetector is not null ? options : throw new FormatException("Name a media file.");
    }

    private static int Count(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 40
            ? count : throw new FormatException($"{name} is '{text}'; it must be a whole number from 1 to 40.");

    private static string Existing(string name, string path) =>
        System.IO.File.Exists(path) ? path : throw new FormatException($"{name} is '{path}'; there is no such file. {Microsoft.ML.Avsr.Media.YuNetDetector.WhereToGet}");
}
