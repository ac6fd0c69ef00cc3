using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class Conv1d : Convolution
    {
        internal Conv1d(
            long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, bool same, long[]? dilation,
            PaddingModes mode, long groups, bool hasBias, Device? device, ScalarType? dtype)
            : base(nameof(Conv1d), inputs, outputs, kernel, stride, padding, same, dilation, mode, groups, hasBias, device, dtype)
        {
        }

        public Parameter weight
        {
            get => _weight;
            set => SetWeight(value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => SetBias(value);
        }

        public override Tensor forward(Tensor input) => Convolve(input);
    }

    public sealed class Conv2d : Convolution
    {
        internal Conv2d(
            long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, bool same, long[]? dilation,
            PaddingModes mode, long groups, bool hasBias, Device? device, ScalarType? dtype)
            : base(nameof(Conv2d), inputs, outputs, kernel, stride, padding, same, dilation, mode, groups, hasBias, device, dtype)
        {
        }

        public Parameter weight
        {
            get => _weight;
            set => SetWeight(value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => SetBias(value);
        }

        public override Tensor forward(Tensor input) => Convolve(input);
    }

    public sealed class Conv3d : Convolution
    {
        internal Conv3d(
            long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, bool same, long[]? dilation,
            PaddingModes mode, long groups, bool hasBias, Device? device, ScalarType? dtype)
            : base(nameof(Conv3d), inputs, outputs, kernel, stride, padding, same, dilation, mode, groups, hasBias, device, dtype)
        {
        }

        public Parameter weight
        {
            get => _weight;
            set => SetWeight(value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => SetBias(value);
        }

        public override Tensor forward(Tensor input) => Convolve(input);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Conv1d Conv1d(long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Repeat(kernelSize, 1)!, functional.Repeat(stride, 1), functional.Repeat(padding, 1), false, functional.Repeat(dilation, 1), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv1d Conv1d(long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Repeat(kernelSize, 1)!, functional.Repeat(stride, 1), null, padding == Padding.Same, functional.Repeat(dilation, 1), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Repeat(kernelSize, 2)!, functional.Repeat(stride, 2), functional.Repeat(padding, 2), false, functional.Repeat(dilation, 2), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Repeat(kernelSize, 2)!, functional.Repeat(stride, 2), null, padding == Padding.Same, functional.Repeat(dilation, 2), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Pair(kernelSize), functional.Pair(stride), functional.Pair(padding), false, functional.Pair(dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernelSize, Padding padding, (long, long)? stride = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Pair(kernelSize), functional.Pair(stride), null, padding == Padding.Same, functional.Pair(dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv3d Conv3d(long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Repeat(kernelSize, 3)!, functional.Repeat(stride, 3), functional.Repeat(padding, 3), false, functional.Repeat(dilation, 3), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv3d Conv3d(long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Repeat(kernelSize, 3)!, functional.Repeat(stride, 3), null, padding == Padding.Same, functional.Repeat(dilation, 3), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv3d Conv3d(long in_channels, long out_channels, (long, long, long) kernelSize, (long, long, long)? stride = null, (long, long, long)? padding = null, (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Triple(kernelSize), functional.Triple(stride), functional.Triple(padding), false, functional.Triple(dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv3d Conv3d(long in_channels, long out_channels, (long, long, long) kernelSize, Padding padding, (long, long, long)? stride = null, (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, functional.Triple(kernelSize), functional.Triple(stride), null, padding == Padding.Same, functional.Triple(dilation), padding_mode, groups, bias, device, dtype);
        }
    }
}
