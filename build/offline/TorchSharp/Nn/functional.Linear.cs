namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly OpHandle s_linear = Op.Find("aten::linear");
            private static readonly OpHandle s_conv1d = Op.Find("aten::conv1d");
            private static readonly OpHandle s_conv2d = Op.Find("aten::conv2d");
            private static readonly OpHandle s_conv3d = Op.Find("aten::conv3d");
            private static readonly OpHandle s_embedding = Op.Find("aten::embedding");
            private static readonly OpHandle s_embeddingRenorm = Op.Find("aten::embedding_renorm_");
            private static readonly OpHandle s_oneHot = Op.Find("aten::one_hot");
            private static readonly OpHandle s_pad = Op.Find("aten::pad");
            private static readonly OpHandle s_im2col = Op.Find("aten::im2col");
            private static readonly OpHandle s_cosineSimilarity = Op.Find("aten::cosine_similarity");

            private static readonly long[] s_one1 = [1], s_zero1 = [0];
            private static readonly long[] s_one2 = [1, 1], s_zero2 = [0, 0];
            private static readonly long[] s_one3 = [1, 1, 1], s_zero3 = [0, 0, 0];

            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Op.Call(s_linear, input, weights, bias);

            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1)
                => Op.Call(s_conv1d, input, weight, bias, One(stride, s_one1), One(padding, s_zero1), One(dilation, s_one1), groups);

            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
                => Op.Call(s_conv2d, input, weight, bias, strides ?? s_one2, padding ?? s_zero2, dilation ?? s_one2, groups);

            public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
                => Op.Call(s_conv3d, input, weight, bias, strides ?? s_one3, padding ?? s_zero3, dilation ?? s_one3, groups);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => Op.Call(s_oneHot, x, num_classes);

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-08)
                => Op.Call(s_cosineSimilarity, x1, x2, dim, eps);

            /// <summary>Rows of a table. A table is normalised in place first when a maximal norm is given.</summary>
            internal static Tensor Embed(Tensor ids, Tensor table, long paddingIndex, double? maxNorm, double normType, bool scaleGradByFrequency, bool sparse)
            {
                if (maxNorm is { } limit)
                {
                    using var _ = no_grad();
                    using var detached = table.detach();
                    using var dense = ids.contiguous();
                    Op.CallVoid(s_embeddingRenorm, detached, dense, limit, normType);
                }

                return Op.Call(s_embedding, table, ids, paddingIndex, scaleGradByFrequency, sparse);
            }

            // Pads are given from the last dimension backwards: (left, right, top, bottom, front, back).
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => mode is PaddingModes.Constant or PaddingModes.Zeros
                    ? Op.Call(s_pad, input, pad, "constant", mode == PaddingModes.Zeros ? 0.0 : value)
                    : Op.Call(s_pad, input, pad, ModeName(mode), Arg.None);

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, pad.ToArray(), mode, value);

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            private static string ModeName(PaddingModes mode) => mode switch
            {
                PaddingModes.Reflect => "reflect",
                PaddingModes.Replicate => "replicate",
                PaddingModes.Circular => "circular",
                _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Unknown padding mode."),
            };

            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor unfold(Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                => Op.Call(s_im2col, input, Pair(kernel_size), Pair(dilation) ?? s_one2, Pair(padding) ?? s_zero2, Pair(stride) ?? s_one2);

            private static long[] One(long? value, long[] fallback) => value is { } given ? [given] : fallback;

            internal static long[] Pair((long, long) value) => [value.Item1, value.Item2];

            internal static long[]? Pair((long, long)? value) => value is { } given ? [given.Item1, given.Item2] : null;

            internal static long[] Triple((long, long, long) value) => [value.Item1, value.Item2, value.Item3];

            internal static long[]? Triple((long, long, long)? value) => value is { } given ? [given.Item1, given.Item2, given.Item3] : null;

            internal static long[]? Repeat(long? value, int count)
            {
                if (value is not { } given)
                {
                    return null;
                }

                var result = new long[count];
                Array.Fill(result, given);
                return result;
            }
        }
    }
}
