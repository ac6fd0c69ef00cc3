using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using QuickStart;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The clips of a benchmark, decoded, with mouths cut out: all runs learn from the same.</summary>
/// <param name="Training">Clips of the split <c>train</c>.</param>
/// <param name="Test">Clips of the split <c>test</c>.</param>
internal sealed record AccuracyCorpus(IReadOnlyList<TrainingExample> Training, IReadOnlyList<TrainingExample> Test)
{
    /// <summary>Reads a corpus.</summary>
    /// <param name="csv">Its table.</param>
    /// <param name="box">Where the mouth is; null where clips are cropped already.</param>
    /// <param name="report">Receives the share of clips that are read, and warnings about clips that cannot be.</param>
    /// <param name="cancellationToken">Checked between clips.</param>
    /// <exception cref="InvalidDataException">A split is missing, or none of its clips can be read.</exception>
    public static AccuracyCorpus Read(string csv, MouthBox? box, Action<double, string?> report, CancellationToken cancellationToken)
    {
        var rows = ClipTable.Read(csv).Where(r => r.Split is "train" or "test").ToList();
        IMouthRegionLocator locator = box is { } known ? new FixedBoxLocator(known) : new AlreadyCroppedLocator();
        var found = new Dictionary<string, List<TrainingExample>> { ["train"] = [], ["test"] = [] };
        var reader = new MediaReader();
        var read = 0;
        foreach (var (row, clip) in rows.Zip(reader.ReadMany(rows.Select(r => r.Path), cancellationToken: cancellationToken)))
        {
            var problem = clip.Problem;
            var mouth = clip.Video is { } video ? locator.Crop(video, out problem) : null;
            var input = new SpeechInput(clip.Audio, mouth);
            var isWhole = input.Available == Modality.AudioVisual;
            if (isWhole)
                found[row.Split].Add(new TrainingExample(input, row.Transcript, row.Path));
            report(++read / (double)rows.Count, isWhole ? null : $"{row.Path} is left out: it has {input.Available}. {problem}");
        }
        foreach (var (split, examples) in found)
        {
            if (examples.Count == 0)
                throw new InvalidDataException($"{csv} has no clip with sound and picture in the split '{split}'; the benchmark needs train and test.");
        }
        return new AccuracyCorpus(found["train"], found["test"]);
    }
}
