using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext(seed: 1);
var clips = mlContext.Data.LoadFromTextFile<Clip>("clips.csv", separatorChar: ',', hasHeader: true);
var split = mlContext.Data.TrainTestSplit(clips, testFraction: 0.1);
var model = mlContext.Transforms.Avsr("Text", "Path", "Transcript").Fit(split.TrainSet);
var metrics = mlContext.Avsr().Evaluate(model.Transform(split.TestSet), "Transcript", "Text");
Console.WriteLine($"Word error rate: {metrics.WordErrorRate:P1}");
mlContext.Model.Save(model, clips.Schema, "lipreader.zip");

public sealed class Clip
{
    [LoadColumn(0)] public string Path { get; set; } = "";
    [LoadColumn(3)] public string Transcript { get; set; } = "";
}
