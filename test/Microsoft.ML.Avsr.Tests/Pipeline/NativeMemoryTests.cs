using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>Disposing frees the weights, although someone still holds the transformer.</summary>
[TestClass]
[DoNotParallelize]
public sealed class NativeMemoryTests
{
    private const int Times = 4;

    // What is held here no finalizer frees.
    private readonly List<object> _held = [];

    [TestMethod]
    public void DisposingATransformerFreesItsWeights()
    {
        var (first, weights) = Use(0);
        var last = first;
        for (var i = 1; i < Times; i++)
            (last, _) = Use(i);
        Assert.IsGreaterThan(60L << 20, weights, "large enough to be told from everything else");
        Assert.IsLessThan(weights, last - first, $"{Times} models of {weights >> 20} MB one after the other; resident memory went from {first >> 20} to {last >> 20} MB.");
    }

    /// <summary>Makes a model, saves it, loads it, uses it and disposes both: resident bytes after that, and bytes of its weights.</summary>
    private (long Resident, long Weights) Use(int seed)
    {
        var ml = new MLContext(1);
        using var zip = new MemoryStream();
        long weights;
        using (var transformer = Transformer(seed))
        {
            _held.Add(transformer);
            weights = transformer.Model.Recognizer is SpeechRecognizer { Model: var model } ? model.parameters().Sum(p => p.numel() * p.element_size()) : 0;
            Assert.AreEqual(1, transformer.Transform(Data(ml)).GetColumn<string>("Transcript").Count());
            ml.Model.Save(transformer, null, zip);
        }
        zip.Position = 0;
        using (var loaded = ml.Avsr().Load(zip))
        {
            _held.Add(loaded);
            Assert.AreEqual(1, loaded.Transform(Data(ml)).GetColumn<string>("Transcript").Count());
        }
        zip.SetLength(0);
        zip.Capacity = 0;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return (Environment.WorkingSet, weights);
    }

    private static AvsrTransformer Transformer(int seed)
    {
        TorchSharp.torch.manual_seed(seed);
        var options = new AvsrEstimator.Options { AudioColumnName = "Sound", Decoding = new DecodingOptions { MaxTokens = 2 }, Seed = seed };
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["bin blue at f two now"], 300));
        var config = TinyPreset.Create(new AvsrTrainerOptions { Modalities = Modality.Audio }, tokenizer, null);
        config = config with { LanguageModel = config.LanguageModel with { Layers = 16, FeedForward = 2048 } };
        var model = new AvsrModel(config, tokenizer);
        return new AvsrTransformer(new SharedModel(new SpeechRecognizer(model, options.Decoding), config.Supported,
            stream => AvsrModelSerializer.Save(stream, model, options.Decoding, null)), options.Validate() with { MediaKind = MediaColumnKind.Clips });
    }

    private static IDataView Data(MLContext ml) => ml.Data.LoadFromEnumerable([new Row { Sound = new AudioClip(new float[8000], 16_000) }]);

    private sealed class Row
    {
        [AudioClipType]
        public AudioClip? Sound { get; set; }
    }
}
