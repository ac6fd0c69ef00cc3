using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>Projector and language model of the <c>Tiny</c> preset without dropout, and one batch: what both sides of the comparison train.</summary>
internal sealed class StepModel : IDisposable
{
    public const int Clips = 8;
    private const int AudioTokens = 38; // 3 s at 12.5 per second
    private const int VideoTokens = 38;
    private const int TextTokens = 16;
    private const int FeatureWidth = 256;
    private readonly AvsrTrainerOptions _options = new();
    private readonly PromptAssembler _assembler;
    private readonly int[][] _transcripts;
    private readonly AdamW _optimizer;
    private readonly List<Parameter> _parameters;

    private readonly Device _device;

    /// <param name="device">Where to train; null is the CPU.</param>
    public StepModel(Device? device = null)
    {
        _device = device ?? CPU;
        using var generator = manual_seed(5);
        var random = new Random(5);
        var sentences = Enumerable.Range(0, 200).Select(_ => string.Join(' ', Enumerable.Range(0, 6).Select(_ => "bcdfglmnprstvwz"[random.Next(15)] + "aeiou"[random.Next(5)..][..1] + "lnrst"[random.Next(5)..][..1])));
        Tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(sentences, 512));
        Config = new AvsrModelConfig
        {
            Projector = ProjectorConfig.Tiny(FeatureWidth, FeatureWidth) with { Dropout = 0 },
            LanguageModel = LlamaConfig.Tiny(Tokenizer.VocabularySize) with { Dropout = 0 },
        };
        Projector = new MultimodalProjector(Config.Projector);
        LanguageModel = new LlamaForCausalLM(Config.LanguageModel);
        _assembler = new PromptAssembler(Config, Tokenizer);
        _transcripts = [.. Enumerable.Range(0, Clips).Select(_ => Enumerable.Range(0, TextTokens).Select(_ => random.Next(Tokenizer.BaseVocabularySize)).ToArray())];
        Projector.to(_device);
        LanguageModel.to(_device);
        using var scope = NewDisposeScope();
        Audio = randn([Clips, AudioTokens, FeatureWidth]).to(_device).DetachFromDisposeScope();
        Video = randn([Clips, VideoTokens, FeatureWidth]).to(_device).DetachFromDisposeScope();
        _parameters = [.. Projector.parameters(), .. LanguageModel.parameters()];
        _optimizer = optim.AdamW(
            [
                new AdamW.ParamGroup(_parameters.Where(p => p.dim() > 1), _options.LearningRate, 0.9, 0.98, 1e-8, _options.WeightDecay),
                new AdamW.ParamGroup(_parameters.Where(p => p.dim() <= 1), _options.LearningRate, 0.9, 0.98, 1e-8, 0),
            ],
            _options.LearningRate, 0.9, 0.98);
    }

    public SpeechTokenizer Tokenizer { get; }

    public AvsrModelConfig Config { get; }

    public MultimodalProjector Projector { get; }

    public LlamaForCausalLM LanguageModel { get; }

    /// <summary>[clips, tokens, width].</summary>
    public Tensor Audio { get; }

    /// <summary>[clips, tokens, width].</summary>
    public Tensor Video { get; }

    /// <summary>All parameters under the names that the reference has.</summary>
    public Dictionary<string, Parameter> Named() => Projector.named_parameters().Select(p => ("projector." + p.name, p.parameter))
        .Concat(LanguageModel.named_parameters().Select(p => ("llm." + p.name, p.parameter))).ToDictionary(p => p.Item1, p => p.parameter);

    /// <summary>The transcripts and their labels, [clips, text] and [clips, text + 1].</summary>
    public (long[,] Text, long[,] Labels) Texts()
    {
        var (text, labels) = (new long[Clips, TextTokens], new long[Clips, TextTokens + 1]);
        for (var b = 0; b < Clips; b++)
        {
            for (var t = 0; t < TextTokens; t++)
                labels[b, t] = text[b, t] = _transcripts[b][t];
            labels[b, TextTokens] = Tokenizer.EosId;
        }
        return (text, labels);
    }

    /// <summary>What the reference must know.</summary>
    public Dictionary<string, object> Settings() => new()
    {
        ["width_audio"] = FeatureWidth, ["width_video"] = FeatureWidth, ["hidden"] = Config.Projector.Hidden, ["width"] = Config.LanguageModel.Width,
        ["experts"] = Config.Projector.Experts, ["top_k"] = Config.Projector.TopK, ["heads"] = Config.LanguageModel.Heads,
        ["layers"] = Config.LanguageModel.Layers, ["feed_forward"] = Config.LanguageModel.FeedForward, ["vocabulary"] = Config.LanguageModel.VocabularySize,
        ["eps"] = Config.LanguageModel.RmsEpsilon, ["theta"] = Config.LanguageModel.RopeTheta, ["bos"] = Tokenizer.BosId,
        ["audio_start"] = Tokenizer.AudioStartId, ["audio_end"] = Tokenizer.AudioEndId, ["video_start"] = Tokenizer.VideoStartId, ["video_end"] = Tokenizer.VideoEndId,
        ["balance_weight"] = _options.LoadBalanceWeight, ["z_weight"] = _options.RouterZWeight, ["decay"] = _options.WeightDecay,
        ["rate"] = _options.LearningRate, ["clip"] = _options.MaxGradientNorm,
    };

    /// <summary>The batch's prompts without transcripts, for decoding.</summary>
    public PromptBatch Prompt()
    {
        var (a, v) = (new EncodedSequence(Audio, null), new EncodedSequence(Video, null));
        var projected = Projector.call(a, v);
        return _assembler.Assemble(LanguageModel, projected.Audio, a.Lengths(), projected.Video, v.Lengths(), null);
    }

    /// <summary>One training step.</summary>
    /// <param name="beforeClipping">Sees the gradients.</param>
    /// <returns>The loss.</returns>
    public float Step(Action? beforeClipping = null)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var a = new EncodedSequence(Audio, null);
        var v = new EncodedSequence(Video, null);
        var projected = Projector.call(a, v);
        var prompt = _assembler.Assemble(LanguageModel, projected.Audio, a.Lengths(), projected.Video, v.Lengths(), _transcripts);
        var loss = TranscriptLoss.CrossEntropy(LanguageModel, prompt)
            .add(projected.LoadBalanceLoss!.mul(_options.LoadBalanceWeight)).add(projected.RouterZLoss!.mul(_options.RouterZWeight));
        loss.backward();
        beforeClipping?.Invoke();
        nn.utils.clip_grad_norm_(_parameters, _options.MaxGradientNorm);
        _optimizer.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        Projector.Dispose();
        LanguageModel.Dispose();
        Audio.Dispose();
        Video.Dispose();
    }
}
