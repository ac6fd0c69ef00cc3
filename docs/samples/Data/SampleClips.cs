using Microsoft.ML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;

namespace Samples.Data;

/// <summary>Stands for a corpus: short sound files, half of them a low tone called "low", half a high tone called "high".</summary>
internal sealed class SampleClips : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("avsr-samples-").FullName;

    public SampleClips(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var clip = new SampleClip { Path = Path.Combine(_folder, $"{i}.wav"), Label = i % 2 == 0 ? "low" : "high" };
            var samples = new float[4800 + 160 * i];
            for (var t = 0; t < samples.Length; t++)
                samples[t] = 0.3f * MathF.Sin((i % 2 == 0 ? 0.05f : 0.4f) * t);
            WaveFile.Write(clip.Path, new AudioClip(samples, 16_000));
            Rows.Add(clip);
        }
    }

    public List<SampleClip> Rows { get; } = [];

    /// <summary>A path in the same folder, which is deleted at the end.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Options for a training of a second: real ones have many more epochs.</summary>
    public static AvsrEstimator.Options Brief() => new()
    {
        Training = new AvsrTrainerOptions { Modalities = Modality.Audio, Budget = TrainingBudget.Epochs(encoder: 1, languageModel: 1), NoisyVersions = 0 },
        Decoding = new DecodingOptions { MaxTokens = 4 },
    };

    public static AvsrTransformer BriefModel(MLContext mlContext, IDataView data) => mlContext.Avsr().Train(data, Brief());

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
