using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.ML.Avsr.Media;

namespace QuickStart.Corpus;

/// <summary>
/// A corpus without downloads: sentences of the GRID grammar, spoken by espeak-ng, with a drawn face whose mouth follows the phonemes.
/// Real mp4 files and a CSV (path, split, speaker, transcript). Equal options give equal files; an existing corpus is used again.
/// </summary>
public static class SyntheticCorpus
{
    // Raise it when generated files change, so that cached ones are made anew.
    private const int Version = 1;
    private const int BatchSize = 16;
    private const double FrameRate = 25;

    /// <summary>The box around the mouth that fits every clip, in pixels of the 128x128 frames.</summary>
    public static MouthBox MouthBox { get; } = new(31, 54, 66, 66);

    /// <summary>Makes the corpus, or finds it made.</summary>
    /// <param name="folder">Where it lives; it is created.</param>
    /// <param name="options">Sizes and seed; null for the defaults.</param>
    /// <param name="progress">Gets the share of clips that are done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The path of the CSV file.</returns>
    /// <exception cref="InvalidOperationException">espeak-ng or ffmpeg is missing or fails.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static string Create(string folder, SyntheticCorpusOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new SyntheticCorpusOptions();
        options.Validate();
        folder = Path.GetFullPath(folder);
        var csv = Path.Combine(folder, "clips.csv");
        var plan = Plan(options);
        var table = Table(plan);
        var stampFile = Path.Combine(folder, "made-with.txt");
        var stamp = $"generator {Version}: {options with { Parallelism = 0 }}";
        if (File.Exists(stampFile) && File.ReadAllText(stampFile) == stamp && File.Exists(csv) && File.ReadAllText(csv) == table
            && plan.All(c => File.Exists(Path.Combine(folder, c.Path))))
        {
            progress?.Report(1);
            return csv;
        }
        Directory.CreateDirectory(Path.Combine(folder, "clips"));
        File.Delete(stampFile); // until everything is there, nothing is valid
        Generate(folder, plan, options, progress, cancellationToken);
        File.WriteAllText(csv, table);
        File.WriteAllText(stampFile, stamp);
        return csv;
    }

    private static List<PlannedClip> Plan(SyntheticCorpusOptions options)
    {
        var random = new Random(options.Seed);
        var speakers = Speaker.Draw(options.TrainSpeakers, options.UnseenSpeakers, random);
        var sentences = GridSentences.Draw(options.TrainClips + options.TestClips, random);
        var plan = new List<PlannedClip>(sentences.Count);
        for (var i = 0; i < sentences.Count; i++)
        {
            var isTest = i >= options.TrainClips;
            var n = isTest ? i - options.TrainClips : i;
            // Every fourth test clip has an unseen speaker.
            var speaker = isTest && options.UnseenSpeakers > 0 && n % 4 == 3
                ? options.TrainSpeakers + n / 4 % options.UnseenSpeakers
                : n % options.TrainSpeakers;
            var split = isTest ? "test" : "train";
            plan.Add(new PlannedClip(i, $"clips/{split}{n:0000}.mp4", split, speaker, speakers[speaker], sentences[i]));
        }
        return plan;
    }

    private static string Table(List<PlannedClip> plan)
    {
        var text = new StringBuilder("path,split,speaker,transcript\n");
        foreach (var clip in plan)
            text.Append(CultureInfo.InvariantCulture, $"{clip.Path},{clip.Split},{clip.Speaker.Name},{clip.Sentence}\n");
        return text.ToString();
    }

    // One thread speaks (the speech library has global state), in order; the others draw and encode.
    private static void Generate(string folder, List<PlannedClip> plan, SyntheticCorpusOptions options, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var speakers = plan.Select(c => c.Speaker).Distinct().ToArray();
        var portraits = speakers.ToDictionary(s => s, s => new FacePortrait(s, new Random(HashCode(options.Seed, s.Name))));
        var noise = FaceRenderer.MakeNoise(new Random(options.Seed));
        using var espeak = new Espeak();
        var workers = options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var batches = new BlockingCollection<(PlannedClip Clip, Speech Speech)[]>(workers);
        var done = 0;
        var tasks = Enumerable.Range(0, workers).Select(worker => Task.Factory.StartNew(() => Work(worker), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            foreach (var chunk in plan.Chunk(BatchSize))
                batches.Add([.. chunk.Select(c => (c, Say(espeak, c, options.Seed)))], stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A worker failed; its exception follows.
        }
        catch
        {
            stop.Cancel();
            Task.WaitAll([.. tasks.Select(t => t.ContinueWith(_ => { }, TaskScheduler.Default))], CancellationToken.None);
            throw;
        }
        batches.CompleteAdding();
        foreach (var task in tasks)
            task.GetAwaiter().GetResult();

        void Work(int worker)
        {
            try
            {
                foreach (var batch in batches.GetConsumingEnumerable(stop.Token))
                {
                    ClipEncoder.Encode([.. batch.Select(b => Draw(b.Clip, b.Speech))], Path.Combine(folder, $"scratch{worker}"));
                    progress?.Report(Interlocked.Add(ref done, batch.Length) / (double)plan.Count);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }

        RawClip Draw(PlannedClip clip, Speech speech)
        {
            var random = new Random(HashCode(options.Seed, clip.Path));
            var before = 0.12 + 0.15 * random.NextDouble();
            var after = 0.12 + 0.15 * random.NextDouble();
            var (first, last) = SpokenPart(speech);
            var end = (last - first) / (double)speech.SampleRate;
            var frames = (int)Math.Ceiling((before + end + after) * FrameRate);
            var shift = first / (double)speech.SampleRate;
            var phonemes = speech.Phonemes.Select(p => p with { Start = p.Start - shift }).ToArray();
            var shapes = MouthTrack.Make(phonemes, end, before, frames, FrameRate);
            var renderer = new FaceRenderer(clip.Speaker, portraits[clip.Speaker], noise, random);
            var pixels = new byte[frames * FaceRenderer.FrameBytes];
            for (var f = 0; f < frames; f++)
                renderer.Render(f, (float)(f / FrameRate), shapes[f], pixels.AsSpan(f * FaceRenderer.FrameBytes, FaceRenderer.FrameBytes));
            var audio = new short[(int)(frames / FrameRate * speech.SampleRate)];
            speech.Samples.AsSpan(first, last - first).CopyTo(audio.AsSpan((int)(before * speech.SampleRate)));
            var loudness = 0.7f + 0.3f * random.NextSingle();
            for (var i = 0; i < audio.Length; i++)
                audio[i] = (short)(audio[i] * loudness + 3 * noise[(i * 7 + clip.Index) % noise.Length]); // a quiet room
            return new RawClip(Path.Combine(folder, clip.Path), pixels, audio, speech.SampleRate);
        }
    }

    private static Speech Say(Espeak espeak, PlannedClip clip, int seed)
    {
        var random = new Random(HashCode(seed, clip.Path + "voice"));
        var words = clip.Sentence.Split(' ');
        if (words[3] == "a")
            words[3] = "[['eI]]"; // the letter, not the article
        var text = string.Join(' ', words);
        return espeak.Speak(clip.Speaker.Voice, clip.Speaker.Rate + random.Next(-10, 11), clip.Speaker.Pitch + random.Next(-8, 9), text);
    }

    // Without the pauses that the voice adds.
    private static (int First, int Last) SpokenPart(Speech speech)
    {
        const int Quiet = 40;
        var samples = speech.Samples;
        int first = 0, last = samples.Length;
        while (first < last && Math.Abs((int)samples[first]) < Quiet)
            first++;
        while (last > first && Math.Abs((int)samples[last - 1]) < Quiet)
            last--;
        return (first, last);
    }

    // string.GetHashCode differs from run to run; this does not.
    private static int HashCode(int seed, string text)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619;
        return (int)(hash & int.MaxValue);
    }

    private sealed record PlannedClip(int Index, string Path, string Split, int SpeakerIndex, Speaker Speaker, string Sentence);
}
