using Microsoft.ML;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>The estimator from the context's own catalog, which knows the context's log, seed and GPU.</summary>
public static class SpeechRecognition
{
    public static void Example()
    {
        using var clips = new SampleClips(4);
        var mlContext = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
        var messages = 0;
        mlContext.Log += (_, message) => messages += message.Source.StartsWith("Avsr", StringComparison.Ordinal) ? 1 : 0;
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);

        var estimator = mlContext.Avsr().SpeechRecognition(SampleClips.Brief());
        using var model = estimator.Fit(data);
        Console.WriteLine($"{model.OutputColumnName} from {model.MediaColumnName}; the log has {(messages > 0 ? "some" : "no")} lines about it.");
    }
}

// Expected output:
// Transcript from Path; the log has some lines about it.
