using System.Globalization;
using Microsoft.ML.Avsr.Media;
using QuickStart;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>What the command line asks for. Everything is checked before any work begins.</summary>
internal sealed record AccuracyOptions
{
    private static readonly string[] s_names =
    [
        "--corpus", "--box", "--audio-encoder", "--visual-encoder", "--minutes-per-run", "--epochs", "--seeds", "--first-seed", "--runs",
        "--name", "--work", "--results",
    ];

    /// <summary>CSV file of clips (path, split, speaker, transcript); null is the generated corpus.</summary>
    public string? Corpus { get; init; }

    /// <summary>Where the mouth is in every frame; null where clips are cropped already.</summary>
    public MouthBox? Box { get; init; }

    /// <summary>Folder of a pretrained Whisper encoder, used frozen; null trains a small one.</summary>
    public string? AudioEncoder { get; init; }

    /// <summary>Size of the visual encoder.</summary>
    public VisualSize VisualEncoder { get; init; }

    /// <summary>Minutes of training of a seed's first run, encoders included.</summary>
    public double MinutesPerRun { get; init; } = 15;

    /// <summary>Exact lengths instead of minutes: epochs of each encoder, and of projector and language model.</summary>
    public (int Encoder, int LanguageModel)? Epochs { get; init; }

    /// <summary>Number of seeds.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>The first of them.</summary>
    public int FirstSeed { get; init; } = 1;

    /// <summary>Which projectors.</summary>
    public RunSelection Runs { get; init; }

    /// <summary>Name of the results.</summary>
    public string Name { get; init; } = "generated";

    /// <summary>Where unfinished and finished runs, encoders and features are kept.</summary>
    public string Work { get; init; } = Path.Combine("artifacts", "accuracy");

    /// <summary>Where the tables and the report go.</summary>
    public string Results { get; init; } = Path.Combine("docs", "results");

    /// <summary>Whether nothing is trained: the report is written from the runs that are there.</summary>
    public bool ReportOnly { get; init; }

    /// <summary>Whether only the help text is wanted.</summary>
    public bool Help { get; init; }

    /// <summary>The audio encoder's name in tables.</summary>
    public string AudioName => AudioEncoder is null ? "scratch" : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(AudioEncoder)));

    /// <summary>The length of training in words.</summary>
    public string Budget => Epochs is var (encoder, llm)
        ? string.Create(CultureInfo.InvariantCulture, $"{encoder} epochs of each encoder, {llm} of projector and language model")
        : string.Create(CultureInfo.InvariantCulture, $"{MinutesPerRun:0.##} minutes");

    /// <summary>What all runs of one folder share, as a folder name: encoders and length of training.</summary>
    public string Series => EncoderSeries(Epochs is var (encoder, llm) ? string.Create(CultureInfo.InvariantCulture, $"{encoder}+{llm}-epochs") : null);

    /// <summary>What all runs over the same encoders share, as a folder name: encoders and length of their training.</summary>
    public string Encoders => EncoderSeries(Epochs is var (encoder, _) ? string.Create(CultureInfo.InvariantCulture, $"{encoder}-epochs") : null);

    /// <summary>What <c>--help</c> prints.</summary>
    public static string HelpText => """
        Trains the paper's four routings (dense, JEJR, JEDR, DEDR at K = 2 active experts) and DEDR with 2, 4, 6, 8 experts
        and 1, 2, 3 active ones, scores each with audio, video and both, clean and at 10, 5, 0, -5, -10 dB in babble,
        white and pink noise, and writes JSON, a Markdown table and an HTML report. A finished run is kept: the
        same command goes on where it stopped, and two of them at once share the work.

        The first run of a seed (DEDR) trains everything; the seed's other runs use its encoders, frozen, and train
        projector and language model for as many epochs as it did.

        Usage: build/benchmark-accuracy.sh [options]

          --corpus FILE.csv       Real clips: path, split (train or test), speaker, transcript. Without it a small
                                  corpus of talking heads is generated.
          --box X,Y,W,H           Where the mouth is in every frame, in pixels. Without it the clips count as cropped.
          --audio-encoder DIR     A pretrained Whisper folder as frozen audio encoder. Without it one trains from scratch.
          --visual-encoder SIZE   tiny (default) or half: the size of the visual encoder, which trains from scratch.
          --minutes-per-run N     Training of a seed's first run, encoders included (default: 15).
          --epochs ENC,LM         Exact lengths instead: epochs of each encoder from scratch, and of projector and
                                  language model. Equal epochs and seed give equal results.
          --seeds K               Number of seeds (default: 3). The first gets all runs, then each other one the
                                  routings, then the rest.
          --first-seed N          The first seed (default: 1).
          --runs WHICH            all (default), routings, first: the DEDR run alone, to compare encoders, or extensions:
                                  DEDR with each of the options beyond the paper.
          --name NAME             Name of the results (default: the corpus file's folder, or generated).
          --work DIR              Where runs, encoders and features are kept (default: artifacts/accuracy).
          --results DIR           Where tables and report go (default: docs/results).
          --report                Trains nothing: writes the report of all runs that are there.
          --help                  This text.

        Examples
          build/benchmark-accuracy.sh --seeds 1 --minutes-per-run 3
          build/benchmark-accuracy.sh --corpus grid/clips.csv --box 128,184,60,60 --audio-encoder whisper-base
        """;

    /// <summary>Reads and checks a command line.</summary>
    /// <exception cref="OptionException">Something in it cannot be carried out.</exception>
    public static AccuracyOptions Parse(params IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--help") || arguments.Contains("-h"))
            return new AccuracyOptions { Help = true };
        var line = new QuickStart.CommandLine(arguments, s_names, ["--help", "--report"]);
        if (line.Has("--minutes-per-run") && line.Has("--epochs"))
            throw new OptionException("--minutes-per-run and --epochs both set the training length; give only one.");
        if (line.Has("--box") && !line.Has("--corpus"))
            throw new OptionException("--box needs --corpus: the generated clips know where the mouth is.");
        var corpus = line["--corpus"];
        if (corpus is not null && !File.Exists(corpus))
            throw new OptionException($"--corpus is '{corpus}'; there is no such file.");
        var encoder = line["--audio-encoder"];
        if (encoder is not null && !File.Exists(Path.Combine(encoder, "config.json")))
            throw new OptionException($"--audio-encoder is '{encoder}', which has no config.json; it must be a Hugging Face Whisper folder.");
        var defaults = new AccuracyOptions();
        return new AccuracyOptions
        {
            Corpus = corpus,
            Box = line["--box"] is { } box ? ParseBox(box) : null,
            AudioEncoder = encoder,
            VisualEncoder = Choice("--visual-encoder", line["--visual-encoder"], VisualSize.Tiny),
            MinutesPerRun = line["--minutes-per-run"] is { } minutes ? ParseMinutes(minutes) : defaults.MinutesPerRun,
            Epochs = line["--epochs"] is { } epochs ? ParseEpochs(epochs) : null,
            Seeds = line["--seeds"] is { } seeds ? Integer("--seeds", seeds, 1, 1000) : defaults.Seeds,
            FirstSeed = line["--first-seed"] is { } seed ? Integer("--first-seed", seed, 0, 1_000_000) : defaults.FirstSeed,
            Runs = Choice("--runs", line["--runs"], RunSelection.All),
            Name = line["--name"] is { } name ? FileName(name)
                : corpus is null ? defaults.Name : Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(corpus))) is { Length: > 0 } folder ? folder : "corpus",
            Work = line["--work"] ?? defaults.Work,
            Results = line["--results"] ?? defaults.Results,
            ReportOnly = line.Has("--report"),
        };
    }

    private string EncoderSeries(string? epochs) => string.Create(CultureInfo.InvariantCulture,
        $"{AudioName}_{VisualEncoder.ToString().ToLowerInvariant()}_{epochs ?? $"{MinutesPerRun:0.##}-minutes"}");

    private static MouthBox ParseBox(string text)
    {
        try
        {
            return MouthBox.Parse(text);
        }
        catch (FormatException e)
        {
            throw new OptionException($"--box: {e.Message}");
        }
    }

    private static double ParseMinutes(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 0.05 and <= 10_080 ? minutes
            : throw new OptionException($"--minutes-per-run is '{text}'; it must be a number from 0.05 to 10080 (a week).");

    private static (int Encoder, int LanguageModel) ParseEpochs(string text) => text.Split(',') is [var encoder, var llm]
        ? (Integer("--epochs (encoder)", encoder, 1, 10_000), Integer("--epochs (language model)", llm, 1, 10_000))
        : throw new OptionException($"--epochs is '{text}'; it must be two whole numbers ENCODER,LM, for example 40,12.");

    private static int Integer(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
            : throw new OptionException($"{name} is '{text}'; it must be a whole number from {least} to {most}.");

    private static T Choice<T>(string name, string? text, T otherwise)
        where T : struct, Enum => text is null ? otherwise
        : !char.IsAsciiDigit(text.FirstOrDefault()) && Enum.TryParse<T>(text, ignoreCase: true, out var value) ? value
        : throw new OptionException($"{name} is '{text}'; it must be one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}.");

    private static string FileName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? name
        : throw new OptionException($"--name is '{name}'; use letters, digits, - and _.");
}
