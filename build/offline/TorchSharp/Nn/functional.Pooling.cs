namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly OpHandle s_avgPool1d = Op.Find("aten::avg_pool1d");
            private static readonly OpHandle s_avgPool2d = Op.Find("aten::avg_pool2d");
            private static readonly OpHandle s_avgPool3d = Op.Find("aten::avg_pool3d");
            private static readonly OpHandle s_maxPool1d = Op.Find("aten::max_pool1d");
            private static readonly OpHandle s_maxPool2d = Op.Find("aten::max_pool2d");
            private static readonly OpHandle s_maxPool3d = Op.Find("aten::max_pool3d");
            private static readonly OpHandle s_adaptiveAvgPool1d = Op.Find("aten::adaptive_avg_pool1d");
            private static readonly OpHandle s_adaptiveAvgPool2d = Op.Find("aten::adaptive_avg_pool2d");
            private static readonly OpHandle s_adaptiveAvgPool3d = Op.Find("aten::adaptive_avg_pool3d");

            public static Tensor avg_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true)
                => Op.Call(s_avgPool1d, input, new[] { kernel_size }, new[] { stride ?? kernel_size }, One(padding, s_zero1), ceil_mode, count_include_pad);

            public static Tensor avg_pool2d(Tensor input, long[] kernelSizes, long[]? strides = null, long[]? paddings = null, bool ceil_mode = false, bool count_include_pad = true)
                => AveragePool2d(input, kernelSizes, strides, paddings, ceil_mode, count_include_pad, null);

            public static Tensor avg_pool2d(Tensor input, long kernelSize, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true)
                => AveragePool2d(input, [kernelSize, kernelSize], Repeat(stride, 2), [padding, padding], ceil_mode, count_include_pad, null);

            public static Tensor avg_pool2d(Tensor input, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true)
                => AveragePool2d(input, Pair(kernelSize), Pair(stride), Pair(padding), ceil_mode, count_include_pad, null);

            public static Tensor avg_pool3d(Tensor input, long[] kernelSizes, long[]? strides = null, long[]? paddings = null, bool ceil_mode = false, bool count_include_pad = true)
                => Op.Call(s_avgPool3d, input, kernelSizes, strides ?? kernelSizes, paddings ?? s_zero3, ceil_mode, count_include_pad, Arg.None);

            internal static Tensor AveragePool2d(Tensor input, long[] kernel, long[]? strides, long[]? padding, bool ceil, bool countPadding, long? divisor)
                => Op.Call(s_avgPool2d, input, kernel, strides ?? kernel, padding ?? s_zero2, ceil, countPadding, divisor);

            public static Tensor max_pool1d(Tensor input, long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => Op.Call(s_maxPool1d, input, new[] { kernelSize }, new[] { stride ?? kernelSize }, One(padding, s_zero1), One(dilation, s_one1), ceil_mode);

            public static Tensor max_pool2d(Tensor input, long[] kernelSize, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Op.Call(s_maxPool2d, input, kernelSize, strides ?? kernelSize, padding ?? s_zero2, dilation ?? s_one2, ceil_mode);

            public static Tensor max_pool2d(Tensor input, long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => max_pool2d(input, [kernelSize, kernelSize], Repeat(stride, 2), Repeat(padding, 2), Repeat(dilation, 2), ceil_mode);

            public static Tensor max_pool2d(Tensor input, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false)
                => max_pool2d(input, Pair(kernelSize), Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            public static Tensor max_pool3d(Tensor input, long[] kernelSize, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Op.Call(s_maxPool3d, input, kernelSize, strides ?? kernelSize, padding ?? s_zero3, dilation ?? s_one3, ceil_mode);

            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => Op.Call(s_adaptiveAvgPool1d, input, new[] { output_size });

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Op.Call(s_adaptiveAvgPool2d, input, output_size);

            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => Op.Call(s_adaptiveAvgPool2d, input, Pair(output_size));

            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => Op.Call(s_adaptiveAvgPool2d, input, new[] { output_size, output_size });

            public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size) => Op.Call(s_adaptiveAvgPool3d, input, output_size);

            public static Tensor adaptive_avg_pool3d(Tensor input, (long, long, long) output_size) => Op.Call(s_adaptiveAvgPool3d, input, Triple(output_size));

            public static Tensor adaptive_avg_pool3d(Tensor input, long output_size) => Op.Call(s_adaptiveAvgPool3d, input, new[] { output_size, output_size, output_size });

            /// <summary>Resamples the dimensions after batch and channels, to a size or by a factor.</summary>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false)
            {
                var spatial = (int)x.dim() - 2;
                if ((size is null) == (scale_factor is null))
                {
                    throw new ArgumentException("interpolate needs either a size or a scale_factor.");
                }

                var given = size?.Length ?? scale_factor!.Length;
                if (given == 1 && spatial > 1)
                {
                    size = size is null ? null : Enumerable.Repeat(size[0], spatial).ToArray();
                    scale_factor = scale_factor is null ? null : Enumerable.Repeat(scale_factor[0], spatial).ToArray();
                    given = spatial;
                }

                if (spatial is < 1 or > 3 || given != spatial)
                {
                    throw new ArgumentException($"interpolate of a tensor with {x.dim()} dimensions needs {spatial} sizes or factors, not {given}.");
                }

                if (mode == InterpolationMode.Area || (recompute_scale_factor && scale_factor is not null))
                {
                    size ??= scale_factor!.Select((factor, i) => (long)Math.Floor(x.shape[i + 2] * factor)).ToArray();
                    scale_factor = null;
                }

                var corners = align_corners ?? false;
                return (mode, spatial) switch
                {
                    (InterpolationMode.Nearest, _) => Op.Call(s_upsampleNearest[spatial - 1], x, size, scale_factor),
                    (InterpolationMode.Linear, 1) => Op.Call(s_upsampleLinear, x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2) => Op.Call(s_upsampleBilinear, x, size, corners, scale_factor),
                    (InterpolationMode.Bicubic, 2) => Op.Call(s_upsampleBicubic, x, size, corners, scale_factor),
                    (InterpolationMode.Trilinear, 3) => Op.Call(s_upsampleTrilinear, x, size, corners, scale_factor),
                    (InterpolationMode.Area, 1) => adaptive_avg_pool1d(x, size![0]),
                    (InterpolationMode.Area, 2) => adaptive_avg_pool2d(x, size!),
                    (InterpolationMode.Area, 3) => adaptive_avg_pool3d(x, size!),
                    _ => throw new ArgumentException($"interpolate mode {mode} does not fit a tensor with {x.dim()} dimensions.", nameof(mode)),
                };
            }

            private static readonly OpHandle[] s_upsampleNearest = [Op.Find("aten::upsample_nearest1d", "vec"), Op.Find("aten::upsample_nearest2d", "vec"), Op.Find("aten::upsample_nearest3d", "vec")];
            private static readonly OpHandle s_upsampleLinear = Op.Find("aten::upsample_linear1d", "vec");
            private static readonly OpHandle s_upsampleBilinear = Op.Find("aten::upsample_bilinear2d", "vec");
            private static readonly OpHandle s_upsampleBicubic = Op.Find("aten::upsample_bicubic2d", "vec");
            private static readonly OpHandle s_upsampleTrilinear = Op.Find("aten::upsample_trilinear3d", "vec");
        }
    }
}
