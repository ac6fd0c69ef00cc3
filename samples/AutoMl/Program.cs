// Finds good training options for a corpus: AutoMl CLIPS.csv MODEL.zip [TRIALS] [MINUTES PER TRIAL] [LLAMA FOLDER]
//
// CLIPS.csv has the columns path, split, speaker, transcript; the frames show only the mouth region. A tenth of the clips is kept aside to
// measure on. With a pretrained language model the rank of its adapters is swept, too. Ctrl+C ends the sweep; the best model so far is saved.
using System.Globalization;
using AutoMl;
using Microsoft.ML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Training;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: AutoMl CLIPS.csv MODEL.zip [TRIALS] [MINUTES PER TRIAL] [LLAMA FOLDER]");
    return 2;
}
var trials = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 8;
var minutes = args.Length > 3 ? double.Parse(args[3], CultureInfo.InvariantCulture) : 5;
var languageModel = args.Length > 4 ? args[4] : null;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};

var mlContext = new MLContext(seed: 1);
var clips = mlContext.Data.LoadFromTextFile<Clip>(args[0], separatorChar: ',', hasHeader: true, allowQuoting: true);
// Decoded once, for all trials.
var media = mlContext.Data.Cache(mlContext.Transforms.LoadSpeechMedia().Fit(clips).Transform(clips));
var split = mlContext.Data.TrainTestSplit(media, testFraction: 0.1);
var options = new AvsrEstimator.Options
{
    AudioColumnName = "Audio",
    VideoColumnName = "Video",
    LabelColumnName = "Transcript",
    OutputColumnName = "Heard",
    Training = new AvsrTrainerOptions { Budget = TrainingBudget.Minutes(minutes), LanguageModelFolder = languageModel },
};
using var runner = new SpeechTrialRunner(mlContext, split.TrainSet, split.TestSet, options, speedWeight: 0.1);
try
{
    var best = await SpeechSweep.Create(mlContext, runner, new ConsoleMonitor(Console.Out), languageModel is not null, trials, seed: 1).RunAsync(stop.Token);
    Console.WriteLine($"best: {best.TrialSettings.Parameter}");
    mlContext.Model.Save(best.Model, media.Schema, args[1]);
    Console.WriteLine($"saved: {args[1]}");
    return 0;
}
catch (Exception error) when (error is TimeoutException or OperationCanceledException)
{
    Console.Error.WriteLine("stopped before the first trial was complete");
    return 1;
}
