using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>A model with at least 40 MB of trained weights: how long saving and loading take.</summary>
internal static class PayloadCommand
{
    private const int Layers = 16; // of 0.59 million parameters each
    private const int Times = 3;

    /// <summary>Runs it: <c>payload</c>.</summary>
    /// <returns>0 when saving took at most 3 s and loading at most 8 s, each time.</returns>
    public static int Run()
    {
        var ml = new MLContext();
        var file = Path.Combine(Directory.CreateTempSubdirectory("avsr-payload-").FullName, "model.zip");
        var (slowestSave, slowestLoad) = (0.0, 0.0);
        try
        {
            using var transformer = TinySpeech.Transformer(TinySpeech.Options(tokens: 4), Layers);
            using var weights = new MemoryStream();
            transformer.Model.Save(weights);
            for (var time = 0; time < Times; time++)
            {
                var clock = Stopwatch.StartNew();
                ml.Model.Save(transformer, null, file);
                var saved = clock.Elapsed.TotalSeconds;
                clock.Restart();
                new MLContext().Avsr().Load(file).Dispose();
                var loaded = clock.Elapsed.TotalSeconds;
                (slowestSave, slowestLoad) = (Math.Max(slowestSave, saved), Math.Max(slowestLoad, loaded));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{weights.Length / 1e6:0.0} MB of weights, {new FileInfo(file).Length / 1e6:0.0} MB file: saved in {saved:0.00} s, loaded in {loaded:0.00} s"));
            }
            return weights.Length >= 40_000_000 && slowestSave <= 3 && slowestLoad <= 8 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
