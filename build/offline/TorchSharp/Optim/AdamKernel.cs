using System.Numerics;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Adam's update of dense float32 tensors on the CPU: one pass over memory, where the list operators take nine.
/// Each element is computed on its own, so the number of threads does not change a bit of the result.
/// </summary>
internal static unsafe class AdamKernel
{
    // Work for one thread at a time; below two of these, threads cost more than they save.
    private const int ChunkElements = 1 << 16;

    private static readonly OpHandle s_narrow = Op.Find("aten::narrow");
    private static readonly OpHandle s_zero = Op.Find("aten::zero_");

    /// <summary>The numbers of one step, as the list operators would round them.</summary>
    internal readonly struct Coefficients(in AdamUpdate.Settings settings, long step)
    {
        public readonly float Keep = settings.Decoupled ? (float)(1 - (settings.LearningRate * settings.WeightDecay)) : 1;
        public readonly float Decay = settings.Decoupled ? 0 : (float)settings.WeightDecay;
        public readonly float Sign = settings.Maximize ? -1 : 1;
        public readonly float Beta1 = (float)settings.Beta1;
        public readonly float Fresh1 = (float)(1 - settings.Beta1);
        public readonly float Beta2 = (float)settings.Beta2;
        public readonly float Fresh2 = (float)(1 - settings.Beta2);
        public readonly float Correction2 = (float)Math.Sqrt(1 - Math.Pow(settings.Beta2, step));
        public readonly float Epsilon = (float)settings.Epsilon;
        public readonly float Rate = (float)(-settings.LearningRate / (1 - Math.Pow(settings.Beta1, step)));
    }

    /// <summary>Whether the kernel can update this parameter.</summary>
    public static bool Takes(Tensor parameter, Tensor gradient, IAdamState state)
        => state.MaximalSquare is null && parameter.ndim > 0 && Dense(parameter) && Dense(gradient) && Dense(state.Mean) && Dense(state.Square)
            && gradient.NumberOfElements == parameter.NumberOfElements;

    private static bool Dense(Tensor tensor)
        => tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU && !tensor.is_sparse && tensor.is_contiguous();

    public static void Run(in AdamUpdate.Settings settings, long step, List<(Tensor Parameter, Tensor Gradient, IAdamState State)> items)
    {
        var numbers = new Coefficients(settings, step);
        var chunks = new List<Chunk>(items.Count);
        foreach (var (parameter, gradient, state) in items)
        {
            var length = parameter.NumberOfElements;
            var chunk = new Chunk(
                (float*)parameter.DataPointer(), (float*)gradient.DataPointer(), (float*)state.Mean.DataPointer(), (float*)state.Square.DataPointer(), 0);
            for (var start = 0L; start < length; start += ChunkElements)
            {
                chunks.Add(chunk.At(start, (int)Math.Min(ChunkElements, length - start)));
            }

            Touch(parameter);
        }

        var threads = Math.Min(get_num_threads(), Environment.ProcessorCount);
        if (threads < 2 || items.Sum(item => item.Parameter.NumberOfElements) < 2 * ChunkElements)
        {
            chunks.ForEach(chunk => Update(chunk, numbers));
        }
        else
        {
            Parallel.For(0, chunks.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => Update(chunks[i], numbers));
        }

        GC.KeepAlive(items);
    }

    /// <summary>Writes nothing through libtorch, so that its version counter knows of the change: backward can then refuse stale values.</summary>
    private static void Touch(Tensor parameter)
    {
        using var nothing = Op.Call(s_narrow, parameter, 0L, 0L, 0L);
        Op.CallVoid(s_zero, nothing);
    }

    private static void Update(Chunk chunk, in Coefficients c)
    {
        var i = 0;
        for (; i <= chunk.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var p = Vector.Load(chunk.Parameter + i);
            var m = Vector.Load(chunk.Mean + i);
            var v = Vector.Load(chunk.Square + i);
            var g = Vector.Load(chunk.Gradient + i) * c.Sign;
            g += p * c.Decay;
            p *= c.Keep;
            m = (m * c.Beta1) + (g * c.Fresh1);
            v = (v * c.Beta2) + (g * c.Fresh2 * g);
            var d = (Vector.SquareRoot(v) / new Vector<float>(c.Correction2)) + new Vector<float>(c.Epsilon);
            Vector.Store(p + (m * c.Rate / d), chunk.Parameter + i);
            Vector.Store(m, chunk.Mean + i);
            Vector.Store(v, chunk.Square + i);
        }

        for (; i < chunk.Length; i++)
        {
            var g = chunk.Gradient[i] * c.Sign;
            g += chunk.Parameter[i] * c.Decay;
            var m = (chunk.Mean[i] * c.Beta1) + (g * c.Fresh1);
            var v = (chunk.Square[i] * c.Beta2) + (g * c.Fresh2 * g);
            var d = (MathF.Sqrt(v) / c.Correction2) + c.Epsilon;
            chunk.Parameter[i] = (chunk.Parameter[i] * c.Keep) + (m * c.Rate / d);
            chunk.Mean[i] = m;
            chunk.Square[i] = v;
        }
    }

    private readonly struct Chunk(float* parameter, float* gradient, float* mean, float* square, int length)
    {
        public readonly float* Parameter = parameter;
        public readonly float* Gradient = gradient;
        public readonly float* Mean = mean;
        public readonly float* Square = square;
        public readonly int Length = length;

        public Chunk At(long start, int length) => new(Parameter + start, Gradient + start, Mean + start, Square + start, length);
    }
}
