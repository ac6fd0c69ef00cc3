using Microsoft.ML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Transforms;

/// <summary>Encodes sound with a frozen Whisper encoder, once, and trains a recogniser on the features.</summary>
public static class EncodeSpeechAudio
{
    public static void Example()
    {
        using var clips = new SampleClips(4);
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);
        // Yours is the folder of a Whisper model from Hugging Face.
        var whisper = clips.PathOf("whisper");
        StandInEncoders.WriteWhisper(whisper);

        SpeechAudioEncodingTransformer? encoder = null;
        var options = SampleClips.Brief();
        options.AudioColumnName = "AudioFeatures";
        var chain = mlContext.Transforms.LoadSpeechMedia()
            .Append(mlContext.Transforms.EncodeSpeechAudio(whisper, "AudioFeatures", "Audio").WithOnFitDelegate(fitted => encoder = fitted))
            .AppendCacheCheckpoint(mlContext)
            .Append(mlContext.Transforms.Avsr(options));
        using var model = chain.Fit(data);
        Console.WriteLine($"{encoder!.ClipsEncoded} clips were encoded for training.");

        // Without 30 s of padding, a clip of 0.3 s gives 15 steps: 50 a second.
        var brief = mlContext.Transforms.LoadSpeechMedia()
            .Append(mlContext.Transforms.EncodeSpeechAudio(new SpeechAudioEncodingEstimator.Options { EncoderFolder = whisper, PadTo30Seconds = false }));
        using var encoding = brief.Fit(data);
        var features = encoding.Transform(data).GetColumn<FeatureSequence>("AudioFeatures").First();
        Console.WriteLine($"{features.Time} steps of {features.Width} features");
    }
}

// Expected output:
// 4 clips were encoded for training.
// 15 steps of 32 features
