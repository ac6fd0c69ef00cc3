using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>Clips of noise, and recognisers of the Tiny preset with random weights: time and memory do not depend on their values.</summary>
internal static class TinySpeech
{
    /// <summary>One row: both streams, and a sentence.</summary>
    public sealed class Clip
    {
        [AudioClipType]
        public AudioClip? Sound { get; set; }

        [VideoClipType]
        public VideoClip? Mouth { get; set; }

        public string Label { get; set; } = "";
    }

    /// <summary>Rows of clips that last some seconds.</summary>
    public static IEnumerable<Clip> Clips(int count, double seconds)
    {
        for (var i = 0; i < count; i++)
        {
            var random = new Random(i);
            var samples = new float[(int)(seconds * 16_000)];
            for (var t = 0; t < samples.Length; t++)
                samples[t] = (float)(random.NextDouble() - 0.5) * 0.2f;
            var frames = Math.Max(1, (int)(seconds * 25));
            var pixels = new byte[frames * 96 * 96];
            random.NextBytes(pixels);
            yield return new Clip { Sound = new AudioClip(samples, 16_000), Mouth = new VideoClip(pixels, frames, 96, 96, 25), Label = i % 2 == 0 ? "bin blue at f two now" : "set red with g one please" };
        }
    }

    /// <summary>The options: columns of clips, and a search that ends after some tokens.</summary>
    public static AvsrEstimator.Options Options(int tokens) => new()
    {
        AudioColumnName = nameof(Clip.Sound), VideoColumnName = nameof(Clip.Mouth), Decoding = new DecodingOptions { MaxTokens = tokens },
    };

    /// <summary>A fitted transformer that nothing was learned by.</summary>
    /// <param name="options">Columns and search.</param>
    /// <param name="layers">Layers of the language model; null is the preset's.</param>
    public static AvsrTransformer Transformer(AvsrEstimator.Options options, int? layers = null)
    {
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["bin blue at f two now", "set red with g one please"], 512));
        var config = TinyPreset.Create(options.Training, tokenizer, null);
        if (layers is { } count)
            config = config with { LanguageModel = config.LanguageModel with { Layers = count } };
        var model = new AvsrModel(config, tokenizer);
        var settings = options.Validate() with { MediaKind = MediaColumnKind.Clips };
        return new AvsrTransformer(new SharedModel(new SpeechRecognizer(model, options.Decoding), config.Supported,
            stream => AvsrModelSerializer.Save(stream, model, options.Decoding, null)), settings, cancellationToken: options.CancellationToken);
    }
}
