using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Features;

[TestClass]
public sealed class FeatureTests
{
    [TestMethod]
    public void LogMelOfShortClipsEqualsWhisper()
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(Values.Golden("logmel_short/expected.safetensors"));
        using LogMelSpectrogram mel80 = new(), mel128 = new(128);
        var cases = 0;
        foreach (var name in golden.Entries.Keys.Where(name => name.StartsWith("mel", StringComparison.Ordinal)))
        {
            var parts = name.Split('_');
            var audio = Values.Floats(golden.Read("audio_" + parts[1]));
            int? total = parts.Length > 2 ? audio.Length + int.Parse(parts[2]["pad".Length..]) : null;
            var actual = (parts[0] == "mel80" ? mel80 : mel128).Compute(audio, padToSamples: total);
            Values.AreClose(golden.Read(name), actual, 1e-4, name: name);
            cases++;
        }
        Assert.AreEqual(27, cases);
    }

    [TestMethod]
    public void LogMelOfSpecialSignalsEqualsWhisper()
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(SharedData.Require("golden/components/01_logmel/special_signals/expected.safetensors"));
        using LogMelSpectrogram mel80 = new(), mel128 = new(128);
        foreach (var name in golden.Entries.Keys.Where(name => name.StartsWith("mel80_", StringComparison.Ordinal)))
            Values.AreClose(golden.Read(name), mel80.Compute(Values.Floats(golden.Read("audio_" + name["mel80_".Length..]))), 1e-4, name: name);
        Values.AreClose(golden.Read("mel128_silence_pad4000"), mel128.Compute(new float[8000], padToSamples: 12000), 1e-4);
    }

    [TestMethod]
    public void LogMelOfSpeechEqualsWhisper()
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(SharedData.Require("golden/components/01_logmel/speech/expected.safetensors"));
        using LogMelSpectrogram mel80 = new(), mel128 = new(128);
        var audio = Values.Floats(golden.Read("audio"));
        Values.AreClose(golden.Read("mel80_unpadded"), mel80.Compute(audio), 2e-4);
        Values.AreClose(golden.Read("mel128_unpadded"), mel128.Compute(audio), 2e-4);
        Values.AreClose(golden.Read("mel80_padded30s"), mel80.Compute(audio, padToSamples: LogMelSpectrogram.ThirtySeconds), 2e-4);
        // The last frames before 30 s are reached without the short cut for silence.
        Values.AreClose(mel80.Compute([.. audio, .. new float[LogMelSpectrogram.ThirtySeconds - audio.Length]]), mel80.Compute(audio, padToSamples: LogMelSpectrogram.ThirtySeconds), 1e-6);
    }

    [TestMethod]
    public void LogMelOfALibriSpeechClipHasTheKnownValues()
    {
        using var scope = NewDisposeScope();
        var clip = WaveFile.Read(SharedData.Require("data/speech/misc/1272-128104-0000.wav"));
        using var mel = new LogMelSpectrogram();
        var features = mel.Compute(clip.Samples.Span, padToSamples: LogMelSpectrogram.ThirtySeconds);
        float[] expected =
        [
            0.1193f, -0.0946f, -0.1098f, -0.0196f, 0.0225f, -0.0690f, -0.1736f, 0.0951f, 0.0971f, -0.0817f, -0.0702f, 0.0162f, 0.0260f, 0.0017f, -0.0192f,
            -0.1678f, 0.0709f, -0.1867f, -0.0655f, -0.0274f, -0.0234f, -0.1884f, -0.0516f, -0.0554f, -0.0274f, -0.1425f, -0.1423f, 0.0837f, 0.0377f, -0.0854f,
        ];
        Values.AreClose(tensor(expected), features[0].narrow(0, 0, 30), 1e-4);
    }

    [TestMethod]
    public void LogMelPadsAndCutsAsTheHuggingFaceExtractor()
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(SharedData.Require("golden/components/01_logmel/hf_feature_extractor/expected.safetensors"));
        foreach (var bins in new[] { 80, 128 })
        {
            using var mel = new LogMelSpectrogram(bins);
            for (var i = 0; i < 3; i++)
            {
                var actual = mel.Compute(Values.Floats(golden.Read($"audio{i}_{bins}")), padToSamples: 16000);
                Values.AreClose(golden.Read($"features_{bins}").select(0, i), actual, 2e-4);
            }
        }
    }

    [TestMethod]
    public void MelFiltersEqualWhispersTable()
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(SharedData.Require("golden/components/01_logmel/intermediates/expected.safetensors"));
        foreach (var bins in new[] { 80, 128 })
            Values.AreClose(golden.Read($"mel_filters_{bins}"), tensor(MelFilterbank.Create(bins, 201), [bins, 201]), 1e-7);
    }

    [TestMethod]
    public void StandardizedSineHasTheKnownValues()
    {
        // The known answer of the specification: 1 s of 440 Hz, standardised, padded to 30 s.
        using var scope = NewDisposeScope();
        using var mel = new LogMelSpectrogram();
        var sine = Enumerable.Range(0, 16000).Select(i => (float)Math.Sin(2 * Math.PI * 440 * i / 16000)).ToArray();
        var features = mel.Compute(sine, standardize: true, padToSamples: LogMelSpectrogram.ThirtySeconds);
        CollectionAssert.AreEqual(new long[] { 80, 3000 }, features.shape);
        Assert.AreEqual(1.663976f, features.max().item<float>(), 1e-4f);
        Assert.AreEqual(-0.336024f, features.min().item<float>(), 1e-4f);
        Assert.AreEqual(1.574510f, features[10, 50].item<float>(), 1e-4f);
        Assert.AreEqual(-0.336024f, features[0, 50].item<float>(), 1e-4f);
    }

    [TestMethod]
    public void TooShortClipsAreNamed()
    {
        using var mel = new LogMelSpectrogram();
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => mel.Compute(new float[200])).Message, "201");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LogMelSpectrogram(0));
        using var padded = mel.Compute(new float[3], padToSamples: 1600);
        CollectionAssert.AreEqual(new long[] { 80, 10 }, padded.shape);
    }

    [TestMethod]
    [DataRow("Golden/logfbank_300")]
    [DataRow("Golden/logfbank_640")]
    [DataRow("golden/avsr/02_logfbank_0_len16000")]
    [DataRow("golden/avsr/02_logfbank_1_len20483")]
    public void FilterbankFeaturesEqualTheReference(string folder)
    {
        using var scope = NewDisposeScope();
        folder = folder[0] == 'G' ? Path.Combine(AppContext.BaseDirectory, folder) : SharedData.Require(folder);
        using var golden = new SafetensorsReader(Path.Combine(folder, "io.safetensors"));
        var wave = Values.Floats(golden.Read("waveform"));
        Values.AreClose(golden.Read("logfbank"), LogFilterbank.Compute(wave), 1e-3, name: "logfbank");
        Values.AreClose(golden.Read("stacked"), LogFilterbank.Stack(LogFilterbank.Compute(wave)), 1e-3, name: "stacked");
        Values.AreClose(golden.Read("output"), LogFilterbank.ComputeRows(wave), 2e-3, 1e-3, "output");
        using var pcm = new SafetensorsReader(Path.Combine(folder, "avhubert_int16.safetensors"));
        var normalized = pcm.Read("normalized");
        wave = Values.Floats(pcm.Read("waveform_int16_as_int32"));
        Values.AreClose(normalized, LogFilterbank.ComputeRows(wave, (int)normalized.shape[0]), 2e-3, 1e-3, "normalized");
    }

    [TestMethod]
    public void NoiseIsMixedAtTheReferenceLevel()
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(Values.Golden("add_noise/io.safetensors"));
        using var settings = JsonDocument.Parse(File.ReadAllText(Values.Golden("add_noise/case.json")));
        var noise = Values.Floats(golden.Read("noise"));
        foreach (var mix in settings.RootElement.GetProperty("mixes").EnumerateArray())
        {
            var i = mix.GetProperty("i").GetInt32();
            var speech = Values.Floats(golden.Read($"{i}.speech"));
            var mixed = NoiseMixer.Mix(speech, noise, mix.GetProperty("snr").GetDouble(), mix.GetProperty("start").GetInt32());
            Values.AreClose(golden.Read($"{i}.output"), tensor(mixed), 1e-5, 1e-5, $"mix {i}");
            Values.AreClose(golden.Read($"{i}.audiotransform_test"), tensor(WaveformStandardizer.Standardize(mixed)), 1e-5, 1e-5, $"transform {i}");
        }
        using var pcm = new SafetensorsReader(Values.Golden("add_noise/avhubert_int16.safetensors"));
        foreach (var mix in settings.RootElement.GetProperty("avhubert_mixes").EnumerateArray())
        {
            var i = mix.GetProperty("i").GetInt32();
            short[] Read(string name) => [.. Values.Floats(pcm.Read($"{i}.{name}")).Select(value => (short)value)];
            var mixed = NoiseMixer.MixPcm(Read("speech"), Read("noise"), mix.GetProperty("snr").GetDouble());
            // A product that lands on a whole number may be cut off on either side of it.
            Assert.IsTrue(mixed.Zip(Read("mixed")).All(pair => Math.Abs(pair.First - pair.Second) <= 1), $"mix {i}");
            Assert.IsTrue(mixed.Zip(Read("mixed")).Count(pair => pair.First != pair.Second) <= mixed.Length / 200, $"mix {i}");
        }
    }

    [TestMethod]
    [DataRow(-5.0)]
    [DataRow(0.0)]
    [DataRow(10.0)]
    public void TheRatioIsExact(double ratio)
    {
        var random = new Random(1);
        var speech = Enumerable.Range(0, 5003).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var noise = Enumerable.Range(0, 1201).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var mixed = NoiseMixer.Mix(speech, noise, ratio, new Random(2));
        double signal = 0, rest = 0;
        for (var i = 0; i < speech.Length; i++)
        {
            signal += (double)speech[i] * speech[i];
            rest += Math.Pow(mixed[i] - (double)speech[i], 2);
        }
        Assert.AreEqual(ratio, 10 * Math.Log10(signal / rest), 1e-3);
        CollectionAssert.AreEqual(speech, NoiseMixer.Mix(speech, noise, NoiseMixer.Clean));
        CollectionAssert.AreEqual(speech, NoiseMixer.Mix(speech, new float[10], ratio));
        CollectionAssert.AreEqual(mixed, NoiseMixer.Mix(speech, noise, ratio, new Random(2)));
    }

    [TestMethod]
    public void TimeMasksFollowTheReferenceDraws()
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(Values.Golden("time_mask/io.safetensors"));
        using var settings = JsonDocument.Parse(File.ReadAllText(Values.Golden("time_mask/case.json")));
        foreach (var run in settings.RootElement.GetProperty("runs").EnumerateArray())
        {
            var i = run.GetProperty("i").GetInt32();
            var length = run.GetProperty("length").GetInt32();
            var pairs = golden.Read($"{i}.draws_t_w").data<long>().ToArray();
            var draws = pairs.Chunk(2).Select(pair => ((int)pair[0], (int)pair[1])).ToArray();
            var starts = new Queue<long>(golden.Entries[$"{i}.starts_drawn"].ByteLength == 0 ? [] : golden.Read($"{i}.starts_drawn").data<long>().ToArray());
            var spans = AdaptiveTimeMask.FromDraws(length, draws, _ => (int)starts.Dequeue());
            Assert.AreEqual(0, starts.Count);
            Assert.AreEqual(draws.Length, AdaptiveTimeMask.Count(length, run.GetProperty("kind").GetString() == "video" ? 25 : 16000));
            var kept = new byte[length];
            Array.Fill(kept, (byte)1);
            AdaptiveTimeMask.Apply(kept.AsSpan(), spans);
            CollectionAssert.AreEqual(golden.Read($"{i}.kept").data<byte>().ToArray(), kept, $"run {i}");
        }
        var drawn = AdaptiveTimeMask.Draw(300, AdaptiveTimeMask.VideoWindow, AdaptiveTimeMask.VideoStride, new Random(5));
        Assert.IsTrue(drawn.All(span => span.Start >= 0 && span.Length < 10 && span.Start + span.Length <= 300));
        CollectionAssert.AreEqual(drawn.ToArray(), AdaptiveTimeMask.Draw(300, 10, 25, new Random(5)).ToArray());
    }

    [TestMethod]
    [DataRow("04_videotransform_120x101_gray")]
    [DataRow("04_videotransform_96x96_rgb")]
    [DataRow("04_videotransform_odd_97x95_rgb")]
    public void FramesAreCroppedAndNormalizedAsTheReference(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new SafetensorsReader(Path.Combine(SharedData.Require("golden/avsr/" + name), "io.safetensors"));
        var input = golden.Read("input"); // [time, colours, height, width]
        var (top, left) = FrameNormalizer.CenterOffset((int)input.shape[2], (int)input.shape[3]);
        var actual = input.shape[1] == 3 ? FrameNormalizer.NormalizeColor(input, top, left) : FrameNormalizer.NormalizeCenter(input.select(1, 0));
        Values.AreClose(golden.Read("output").select(1, 0), actual, 1e-5, 1e-5);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameNormalizer.Normalize(zeros(1, 80, 90, dtype: ScalarType.Byte), 0, 0));
    }

    [TestMethod]
    public void BabbleIsSeededAndOfUnitPower()
    {
        var random = new Random(3);
        var voices = Enumerable.Range(0, 12).Select(i => (ReadOnlyMemory<float>)Enumerable.Range(0, 4000 + (37 * i)).Select(_ => (float)((random.NextDouble() - 0.5) * (i + 1))).ToArray());
        var babble = new BabbleNoise(voices.Append(new float[100]));
        Assert.AreEqual(12, babble.VoiceCount);
        var noise = babble.Create(16000, new Random(7));
        CollectionAssert.AreEqual(noise, babble.Create(16000, new Random(7)));
        CollectionAssert.AreNotEqual(noise, babble.Create(16000, new Random(8)));
        var power = noise.Sum(x => (double)x * x) / noise.Length;
        Assert.IsTrue(power is > 0.5 and < 2, $"power {power}");
        Assert.ThrowsExactly<ArgumentException>(() => new BabbleNoise([new float[10]]));
    }
}
