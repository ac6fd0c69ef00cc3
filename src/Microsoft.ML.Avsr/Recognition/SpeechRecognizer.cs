using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Transcribes clips with a model: encode, compress, project, assemble the prompt, decode (spec of the reference: sections 1 and 11).</summary>
public sealed class SpeechRecognizer : ISpeechRecognizer
{
    private readonly DecodingOptions _options;
    private readonly PromptAssembler _assembler;
    private readonly SpeechFrontEnd _frontEnd;
    private readonly Lock _gate = new();

    /// <summary>Takes over a model and puts it in evaluation mode.</summary>
    /// <param name="model">The model; disposed with the recogniser.</param>
    /// <param name="options">The search.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or the model was not trained with a compression.</exception>
    public SpeechRecognizer(AvsrModel model, DecodingOptions? options = null)
    {
        _options = (options ?? new DecodingOptions()).Validate();
        CheckCompression(_options.AudioCompression, model.Config.AudioCompressions, nameof(DecodingOptions.AudioCompression));
        CheckCompression(_options.VideoCompression, model.Config.VideoCompressions, nameof(DecodingOptions.VideoCompression));
        Model = model;
        model.eval();
        _assembler = new PromptAssembler(model.Config, model.Tokenizer);
        _frontEnd = new SpeechFrontEnd(model.Config);
    }

    /// <summary>The search.</summary>
    public DecodingOptions Options => _options;

    /// <summary>The model.</summary>
    public AvsrModel Model { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Transcription> Transcribe(IReadOnlyList<SpeechInput> batch, CancellationToken cancellationToken = default)
    {
        var results = new Transcription[batch.Count];
        Array.Fill(results, Transcription.Nothing);
        // Rows that use the same streams are decoded together, the longest first, so that little is padded.
        var groups = Enumerable.Range(0, batch.Count)
            .Select(i => (Index: i, Input: batch[i].For(Model.Config)))
            .Where(x => x.Input.Available != Modality.None)
            .GroupBy(x => x.Input.Available);
        foreach (var group in groups)
            foreach (var chunk in group.OrderByDescending(x => Duration(x.Input)).Chunk(_options.BatchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var decoded = Decode([.. chunk.Select(x => x.Input)], group.Key, cancellationToken);
                for (var i = 0; i < chunk.Length; i++)
                    results[chunk[i].Index] = decoded[i];
            }
        return results;
    }

    /// <summary>What the model makes of one clip, for the self-test of a saved model.</summary>
    /// <param name="clip"><c>samples</c> [samples], <c>pixels</c> [frames, 96, 96], <c>audio_features</c> and <c>video_features</c> [time, width]: those that the model takes.</param>
    /// <returns>Projected tokens [1, tokens, width] as <c>audio</c> and <c>video</c>, and the logits of the first token [1, vocabulary] as <c>logits</c>, all float32.</returns>
    internal IReadOnlyDictionary<string, Tensor> Probe(IReadOnlyDictionary<string, Tensor> clip)
    {
        AudioClip? sound = clip.TryGetValue("samples", out var samples) ? new AudioClip(samples.data<float>().ToArray(), SpeechFrontEnd.SampleRate) : null;
        VideoClip? picture = clip.TryGetValue("pixels", out var pixels)
            ? new VideoClip(pixels.data<byte>().ToArray(), (int)pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2], 25) : null;
        var input = new SpeechInput(sound, picture, Features("audio_features"), Features("video_features"));
        lock (_gate)
        {
            var (audio, video) = Shorten(Encode([input], input.Available));
            var projected = Model.Projector.call(audio, video);
            var prompt = _assembler.Assemble(
                Model.LanguageModel, projected.Audio, audio?.Lengths(), projected.Video, video?.Lengths(), transcripts: null);
            var hidden = Model.LanguageModel.Decode(prompt.Embeddings, first: prompt.Embeddings.size(1) - 1).squeeze(1); // [1, width]
            var found = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["logits"] = Model.LanguageModel.Logits(hidden).to(ScalarType.Float32).cpu() };
            if (projected.Audio is { } a)
                found["audio"] = a.to(ScalarType.Float32).cpu();
            if (projected.Video is { } v)
                found["video"] = v.to(ScalarType.Float32).cpu();
            return found;
        }

        FeatureSequence? Features(string name) => clip.TryGetValue(name, out var values)
            ? new FeatureSequence(values.data<float>().ToArray(), (int)values.shape[0], (int)values.shape[1]) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private static double Duration(SpeechInput input) => Math.Max(
        input.Audio?.Duration.TotalSeconds ?? input.AudioFeatures?.Time ?? 0, input.Video?.Duration.TotalSeconds ?? input.VideoFeatures?.Time ?? 0);

    private Transcription[] Decode(SpeechInput[] inputs, Modality modality, CancellationToken cancellationToken)
    {
        // One native computation at a time: libtorch already uses every core for it.
        lock (_gate)
        {
            using var inference = inference_mode();
            using var watch = Interruption.Watch(cancellationToken);
            using var scope = NewDisposeScope();
            var (audio, video) = Encode(inputs, modality);
            return Decode(audio, video, modality, cancellationToken);
        }
    }

    private (EncodedSequence? Audio, EncodedSequence? Video) Encode(SpeechInput[] inputs, Modality modality)
    {
        var config = Model.Config;
        var (hears, sees) = (modality.HasFlag(Modality.Audio), modality.HasFlag(Modality.Video));
        var (hearsClips, seesClips) = (hears && config.AudioFeatureWidth is null, sees && config.VideoFeatureWidth is null);
        Tensor? sound = null, soundValid = null, frames = null, framesValid = null;
        if (hearsClips)
            (sound, soundValid) = _frontEnd.AudioBatch([.. inputs.Select(x => x.Audio!.Samples)], seesClips ? [.. inputs.Select(x => x.Video!.Frames)] : null);
        if (seesClips)
            (frames, framesValid) = SpeechFrontEnd.VideoBatch([.. inputs.Select(x => x.Video!)]);
        if (config.AvHubertStreams == AvHubertStreams.Joint)
            return (null, Model.EncodeJoint(sound, frames, framesValid ?? soundValid));
        EncodedSequence? audio = null, video = null;
        if (hears)
            audio = sound is null ? Model.CompressAudio(SpeechFrontEnd.FeatureBatch([.. inputs.Select(x => x.AudioFeatures!)])) : Model.EncodeAudio(sound, soundValid);
        if (sees)
            video = frames is null ? Model.CompressVideo(SpeechFrontEnd.FeatureBatch([.. inputs.Select(x => x.VideoFeatures!)])) : Model.EncodeVideo(frames, framesValid);
        return (audio, video);
    }

    /// <summary>Tokens at the rates that the options ask for.</summary>
    private (EncodedSequence? Audio, EncodedSequence? Video) Shorten((EncodedSequence? Audio, EncodedSequence? Video) tokens)
    {
        return (By(tokens.Audio, _options.AudioCompression), By(tokens.Video, _options.VideoCompression));

        static EncodedSequence? By(EncodedSequence? tokens, int factor) =>
            tokens is { } sequence && factor > 1 ? TokenCompression.AveragePool(sequence, factor) : tokens;
    }

    private static void CheckCompression(int factor, IReadOnlyList<int> trained, string option) =>
        OptionCheck.Require(factor == 1 || trained.Contains(factor), option, factor, $"the model was trained with {string.Join(", ", trained.Prepend(1))}.");

    /// <summary>Decodes encoded clips.</summary>
    /// <param name="audio">Audio features at the model's own rate, or <see langword="null"/>.</param>
    /// <param name="video">Video features at the model's own rate, or <see langword="null"/>.</param>
    /// <param name="modality">The streams given.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    internal Transcription[] Decode(EncodedSequence? audio, EncodedSequence? video, Modality modality, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var (heard, seen) = Shorten((audio, video));
        var projected = Model.Projector.call(heard, seen);
        var prompt = _assembler.Assemble(
            Model.LanguageModel, projected.Audio, heard?.Lengths(), projected.Video, seen?.Lengths(), transcripts: null);
        int[] endTokens = [Model.Tokenizer.EosId, .. _options.ExtraEndTokens];
        var heads = Heads(audio, video);
        var joint = heads.Count == 0 ? null : new CtcFilter(heads, _options.CtcWeight, endTokens);
        var found = _options.BeamSize == 1
            ? GreedySearch.Decode(Model.LanguageModel, prompt, endTokens, _options, cancellationToken, first: joint).Select(h => new[] { h })
            : BeamSearch.Decode(Model.LanguageModel, prompt, endTokens, _options, cancellationToken, joint);
        return [.. found.Select(hypotheses => Answer(hypotheses, modality))];
    }

    /// <summary>What the CTC heads say, where the model has them over features at its own rate; shortening is the language model's gain alone.</summary>
    private List<CtcScores> Heads(EncodedSequence? audio, EncodedSequence? video)
    {
        var heads = new List<CtcScores>();
        if (_options.CtcWeight <= 0)
            return heads;
        var config = Model.Config;
        if (audio is { } sound && Model.AudioCtc is { } hears && config.AudioCtcRate == config.AudioRate)
            heads.Add(new CtcScores(hears, sound, config.AudioCtcCertainty));
        if (video is { } picture && Model.VideoCtc is { } sees && config.VideoRate == 1)
            heads.Add(new CtcScores(sees, picture, config.VideoCtcCertainty));
        return heads;
    }

    private Transcription Answer(Hypothesis[] hypotheses, Modality modality)
    {
        var best = hypotheses[0];
        return new Transcription(TextOf(best), best.Confidence, modality, best.Tokens)
        {
            Alternatives = [.. hypotheses.Skip(1).Select(h => new TranscriptAlternative(TextOf(h), h.Confidence, h.Score))],
        };
    }

    private string TextOf(Hypothesis hypothesis) => Model.Tokenizer.Decode(hypothesis.Tokens).Trim();
}
