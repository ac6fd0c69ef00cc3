using System.Globalization;

namespace QuickStart;

/// <summary>What the command line asks for. Everything is checked before any work begins.</summary>
public sealed record QuickStartOptions
{
    private static readonly string[] s_routings = ["dedr", "jedr", "jejr", "dense"];

    private static readonly string[] s_names =
    [
        "--corpus", "--box", "--face-detector", "--audio-encoder", "--minutes", "--epochs", "--seed", "--routing",
        "--json", "--model", "--report", "--evaluate", "--split",
    ];

    /// <summary>Options that only training reads; a saved model knows where the mouth is.</summary>
    private static readonly string[] s_trainingOnly = ["--minutes", "--epochs", "--routing", "--model", "--box", "--face-detector"];

    /// <summary>CSV file of clips (path, split, speaker, transcript); null = the generated corpus.</summary>
    public string? Corpus { get; init; }

    /// <summary>Where the mouth is in every frame; null = <see cref="FaceDetector"/> finds it, or the clips are already cropped to it.</summary>
    public BoxOption? Box { get; init; }

    /// <summary>Weights of the face detector YuNet, which finds the mouth in every clip; null = it is not looked for.</summary>
    public string? FaceDetector { get; init; }

    /// <summary>Folder with a pretrained Whisper encoder; null = an encoder trained from scratch.</summary>
    public string? AudioEncoder { get; init; }

    /// <summary>Training budget in minutes; null = <see cref="Epochs"/> decides.</summary>
    public double? Minutes { get; init; }

    /// <summary>Fixed training length; null = <see cref="Minutes"/> decides, or the preset's own length.</summary>
    public EpochOption? Epochs { get; init; }

    /// <summary>Seed of everything random: corpus, initial weights, order, noise.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How projector experts are chosen: <c>dedr</c>, <c>jedr</c>, <c>jejr</c> or <c>dense</c>.</summary>
    public string Routing { get; init; } = "dedr";

    /// <summary>File for the results as JSON, or null.</summary>
    public string? Json { get; init; }

    /// <summary>File for the trained model; null = the default under <c>artifacts</c>.</summary>
    public string? Model { get; init; }

    /// <summary>File for the HTML report.</summary>
    public string Report { get; init; } = "report.html";

    /// <summary>A saved model to score instead of training, or null.</summary>
    public string? Evaluate { get; init; }

    /// <summary>Which rows are scored.</summary>
    public string Split { get; init; } = "test";

    /// <summary>Whether only the help text is wanted.</summary>
    public bool Help { get; init; }

    /// <summary>What <c>--help</c> prints.</summary>
    public static string HelpText => """
        Trains an audio-visual speech recogniser, scores it with audio, video and both, clean and in babble
        noise, writes a report and saves the model. Without options it generates its own small corpus of
        talking heads and needs no downloads.

        Usage: build/quickstart.sh [options]

        Data
          --corpus FILE.csv      Real clips instead of the generated ones. Columns: path (relative to the CSV
                                 file), split (train or test, or any name for --split), speaker, transcript.
          --box X,Y,W,H          Where the mouth is in every frame, in pixels from the top left corner.
                                 Needs --corpus.
          --face-detector FILE   Finds face and mouth in every clip by itself: FILE holds the weights of
                                 YuNet (yunet_n_dynamic.onnx; docs/media.md says where to get it). Needs
                                 --corpus; cannot be used together with --box. Without both the clips count
                                 as already cropped to the mouth.
          --split NAME           Which rows are scored (default: test).

        Model and training
          --audio-encoder DIR    A pretrained Whisper folder (config.json and model.safetensors) as frozen
                                 audio encoder. Without it the audio encoder trains from scratch.
          --routing NAME         How the projector's experts are chosen (default: dedr):
                                   dedr   experts and routers of their own for audio and for video
                                   jedr   experts shared by both, a router of its own for each
                                   jejr   experts and router shared by both
                                   dense  one plain projector each, no experts
          --minutes N            Training budget; becomes a number of epochs after the first steps are timed.
          --epochs ENC,LLM       Exact training length instead: epochs of the encoder stage and of the
                                 projector and language model stage. Two runs with the same epochs and
                                 seed give the same results.
          --seed N               Seed of everything random (default: 1).

        Results
          --json FILE            Word error rates and other results as JSON.
          --report FILE          The HTML report (default: report.html).
          --model FILE           Where the trained model goes (default: artifacts/quickstart/model.zip).
          --evaluate MODEL.zip   Scores a saved model instead of training one.

          --help                 This text.

        Examples
          build/quickstart.sh
          build/quickstart.sh --corpus clips.csv --box 110,170,96,96 --audio-encoder whisper-base --minutes 15
          build/quickstart.sh --corpus clips.csv --face-detector yunet_n_dynamic.onnx --minutes 15
          build/quickstart.sh --evaluate artifacts/quickstart/model.zip --json results.json
        """;

    /// <summary>Reads and checks a command line.</summary>
    /// <exception cref="OptionException">Something in it cannot be carried out.</exception>
    public static QuickStartOptions Parse(params IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--help") || arguments.Contains("-h"))
            return new QuickStartOptions { Help = true };
        var line = new CommandLine(arguments, s_names, ["--help"]);

        if (line.Has("--minutes") && line.Has("--epochs"))
            throw new OptionException("--minutes and --epochs both set the training length; give only one.");
        if (line.Has("--box") && !line.Has("--corpus"))
            throw new OptionException("--box needs --corpus: the generated clips know where the mouth is.");
        if (line.Has("--face-detector") && line.Has("--box"))
            throw new OptionException("--box says where the mouth is and --face-detector looks for it; give only one.");
        if (line.Has("--face-detector") && !line.Has("--corpus"))
            throw new OptionException("--face-detector needs --corpus: the generated clips know where the mouth is.");
        if (line.Has("--evaluate") && s_trainingOnly.FirstOrDefault(line.Has) is { } useless)
            throw new OptionException($"--evaluate does not train, so {useless} has no meaning with it; leave one of them out.");

        return new QuickStartOptions
        {
            Corpus = ExistingFile(line, "--corpus"),
            Box = line["--box"] is { } box ? ParseBox(box) : null,
            FaceDetector = ExistingFile(line, "--face-detector", "docs/media.md says where to get YuNet's weights."),
            AudioEncoder = EncoderFolder(line["--audio-encoder"]),
            Minutes = line["--minutes"] is { } minutes ? ParseMinutes(minutes) : null,
            Epochs = line["--epochs"] is { } epochs ? ParseEpochs(epochs) : null,
            Seed = line["--seed"] is { } seed ? ParseInteger("--seed", seed, 0, int.MaxValue) : 1,
            Routing = line["--routing"] is { } routing ? ParseRouting(routing) : "dedr",
            Json = OutputFile(line, "--json"),
            Model = OutputFile(line, "--model"),
            Report = OutputFile(line, "--report") ?? "report.html",
            Evaluate = ExistingFile(line, "--evaluate"),
            Split = line["--split"] is { } split ? NotEmpty("--split", split) : "test",
        };
    }

    private static BoxOption ParseBox(string text)
    {
        var parts = text.Split(',');
        var numbers = new double[4];
        for (var i = 0; i < 4; i++)
        {
            if (parts.Length != 4 || !double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]))
                throw new OptionException($"--box is '{text}'; it must be four numbers X,Y,W,H in pixels, for example 110,170,96,96.");
        }
        if (numbers[0] < 0 || numbers[1] < 0 || numbers[2] <= 0 || numbers[3] <= 0)
            throw new OptionException($"--box is '{text}'; X and Y must be at least 0, W and H above 0.");
        return new BoxOption(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    private static double ParseMinutes(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) || !(minutes > 0 && minutes <= 10_080))
            throw new OptionException($"--minutes is '{text}'; it must be a number above 0 and at most 10080 (a week).");
        return minutes;
    }

    private static EpochOption ParseEpochs(string text)
    {
        var parts = text.Split(',');
        if (parts.Length != 2)
            throw new OptionException($"--epochs is '{text}'; it must be two whole numbers ENCODER,LLM, for example 30,12.");
        return new EpochOption(ParseInteger("--epochs (encoder)", parts[0], 0, 10_000), ParseInteger("--epochs (LLM)", parts[1], 1, 10_000));
    }

    private static int ParseInteger(string name, string text, int least, int most)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value < least || value > most)
            throw new OptionException($"{name} is '{text}'; it must be a whole number from {least} to {most}.");
        return value;
    }

    private static string ParseRouting(string text)
    {
        var name = text.ToLowerInvariant();
        if (!s_routings.Contains(name))
            throw new OptionException($"--routing is '{text}'; it must be one of {string.Join(", ", s_routings)}.");
        return name;
    }

    private static string NotEmpty(string name, string text) =>
        text.Trim().Length > 0 ? text : throw new OptionException($"{name} must not be empty.");

    private static string? ExistingFile(CommandLine line, string name, string hint = "")
    {
        if (line[name] is not { } path)
            return null;
        if (Directory.Exists(path))
            throw new OptionException($"{name} is '{path}', which is a folder; it must be a file.");
        return File.Exists(path) ? path : throw new OptionException($"{name} is '{path}'; there is no such file. {hint}".TrimEnd());
    }

    private static string? EncoderFolder(string? path)
    {
        if (path is null)
            return null;
        if (!Directory.Exists(path))
            throw new OptionException($"--audio-encoder is '{path}'; there is no such folder.");
        return File.Exists(Path.Combine(path, "config.json"))
            ? path
            : throw new OptionException($"--audio-encoder is '{path}', which has no config.json; it must be a Hugging Face Whisper folder.");
    }

    private static string? OutputFile(CommandLine line, string name)
    {
        if (line[name] is not { } path)
            return null;
        if (NotEmpty(name, path) is { } file && (Directory.Exists(file) || Path.EndsInDirectorySeparator(file)))
            throw new OptionException($"{name} is '{path}', which is a folder; it must be a file name.");
        return path;
    }
}
