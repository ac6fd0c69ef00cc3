using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    public sealed class AvgPool1d : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> _pool;

        internal AvgPool1d(Func<Tensor, Tensor> pool)
            : base(nameof(AvgPool1d))
        {
            _pool = pool;
        }

        public override Tensor forward(Tensor tensor) => _pool(tensor);
    }

    public sealed class AvgPool2d : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> _pool;

        internal AvgPool2d(Func<Tensor, Tensor> pool)
            : base(nameof(AvgPool2d))
        {
            _pool = pool;
        }

        public override Tensor forward(Tensor tensor) => _pool(tensor);
    }

    public sealed class AdaptiveAvgPool2d : Module<Tensor, Tensor>
    {
        private readonly long[] _outputSize;

        internal AdaptiveAvgPool2d(long[] outputSize)
            : base(nameof(AdaptiveAvgPool2d))
        {
            _outputSize = outputSize;
        }

        public override Tensor forward(Tensor tensor) => functional.adaptive_avg_pool2d(tensor, _outputSize);
    }

    public sealed class AdaptiveAvgPool3d : Module<Tensor, Tensor>
    {
        private readonly long[] _outputSize;

        internal AdaptiveAvgPool3d(long[] outputSize)
            : base(nameof(AdaptiveAvgPool3d))
        {
            _outputSize = outputSize;
        }

        public override Tensor forward(Tensor tensor) => functional.adaptive_avg_pool3d(tensor, _outputSize);
    }

    public sealed class MaxPool2d : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> _pool;

        internal MaxPool2d(Func<Tensor, Tensor> pool)
            : base(nameof(MaxPool2d))
        {
            _pool = pool;
        }

        public override Tensor forward(Tensor tensor) => _pool(tensor);
    }

    public sealed class MaxPool3d : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> _pool;

        internal MaxPool3d(Func<Tensor, Tensor> pool)
            : base(nameof(MaxPool3d))
        {
            _pool = pool;
        }

        public override Tensor forward(Tensor tensor) => _pool(tensor);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.AvgPool1d AvgPool1d(long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
            {
                if (divisor_override is null)
                {
                    return new(x => functional.avg_pool1d(x, kernel_size, stride, padding, ceil_mode, count_include_pad));
                }

                return new(x =>
                {
                    // Only the two-dimensional pool knows a divisor.
                    using var rows = x.unsqueeze(-2);
                    using var pooled = functional.AveragePool2d(rows, [1, kernel_size], [1, stride ?? kernel_size], [0, padding], ceil_mode, count_include_pad, divisor_override);
                    return pooled.squeeze(-2);
                });
            }

            public static Modules.AvgPool2d AvgPool2d(long[] kernel_size, long[]? strides = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => new(x => functional.AveragePool2d(x, kernel_size, strides, padding, ceil_mode, count_include_pad, divisor_override));

            public static Modules.AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => AvgPool2d([kernel_size, kernel_size], functional.Repeat(stride, 2), functional.Repeat(padding, 2), ceil_mode, count_include_pad, divisor_override);

            public static Modules.AvgPool2d AvgPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => AvgPool2d(functional.Pair(kernel_size), functional.Pair(stride), functional.Pair(padding), ceil_mode, count_include_pad, divisor_override);

            public static Modules.AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] outputSize) => new(outputSize);

            public static Modules.AdaptiveAvgPool2d AdaptiveAvgPool2d(long outputSize) => new([outputSize, outputSize]);

            public static Modules.AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) outputSize) => new(functional.Pair(outputSize));

            public static Modules.AdaptiveAvgPool3d AdaptiveAvgPool3d(long[] outputSize) => new(outputSize);

            public static Modules.AdaptiveAvgPool3d AdaptiveAvgPool3d(long outputSize) => new([outputSize, outputSize, outputSize]);

            public static Modules.AdaptiveAvgPool3d AdaptiveAvgPool3d((long, long, long) outputSize) => new(functional.Triple(outputSize));

            public static Modules.MaxPool2d MaxPool2d(long[] kernelSize, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceilMode = false)
                => new(x => functional.max_pool2d(x, kernelSize, strides, padding, dilation, ceilMode));

            public static Modules.MaxPool2d MaxPool2d(long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceilMode = false)
                => MaxPool2d([kernelSize, kernelSize], functional.Repeat(stride, 2), functional.Repeat(padding, 2), functional.Repeat(dilation, 2), ceilMode);

            public static Modules.MaxPool2d MaxPool2d((long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceilMode = false)
                => MaxPool2d(functional.Pair(kernelSize), functional.Pair(stride), functional.Pair(padding), functional.Pair(dilation), ceilMode);

            public static Modules.MaxPool3d MaxPool3d(long[] kernelSize, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceilMode = false)
                => new(x => functional.max_pool3d(x, kernelSize, strides, padding, dilation, ceilMode));

            public static Modules.MaxPool3d MaxPool3d(long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceilMode = false)
                => MaxPool3d([kernelSize, kernelSize, kernelSize], functional.Repeat(stride, 3), functional.Repeat(padding, 3), functional.Repeat(dilation, 3), ceilMode);

            public static Modules.MaxPool3d MaxPool3d((long, long, long) kernelSize, (long, long, long)? stride = null, (long, long, long)? padding = null, (long, long, long)? dilation = null, bool ceilMode = false)
                => MaxPool3d(functional.Triple(kernelSize), functional.Triple(stride), functional.Triple(padding), functional.Triple(dilation), ceilMode);
        }
    }
}
