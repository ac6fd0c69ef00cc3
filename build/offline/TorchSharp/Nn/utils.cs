using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            private static readonly OpHandle s_foreachNorm = Op.Find("aten::_foreach_norm", "Scalar");
            private static readonly OpHandle s_foreachMul = Op.Find("aten::_foreach_mul_", "Scalar");
            private static readonly OpHandle s_vectorNorm = Op.Find("aten::linalg_vector_norm");
            private static readonly OpHandle s_stack = Op.Find("aten::stack");
            private static readonly OpHandle s_cat = Op.Find("aten::cat");
            private static readonly OpHandle s_clampInPlace = Op.Find("aten::clamp_");
            private static readonly OpHandle s_padSequence = Op.Find("aten::pad_sequence");

            /// <summary>Scales all gradients together so that their norm is at most <paramref name="max_norm"/>.</summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var _ = no_grad();
                var gradients = Gradients(tensors);
                if (gradients.Length == 0)
                {
                    return 0;
                }

                var norms = Op.CallMany(s_foreachNorm, gradients, norm_type);
                var first = norms[0].device;
                using var joined = norms.All(norm => norm.device.type == first.type && norm.device.index == first.index)
                    ? Op.Call(s_stack, norms, 0L)
                    : stack(norms.Select(norm => norm.to(first)).ToArray());
                using var total = Op.Call(s_vectorNorm, joined, norm_type, Arg.None, false, Arg.None);
                var value = total.ToDouble();
                var factor = max_norm / (value + 1e-6);
                // Also with NaN, so that the damage shows.
                if (!(factor >= 1))
                {
                    Op.CallVoid(s_foreachMul, gradients, factor);
                }

                DisposeAll(norms);
                DisposeAll(gradients);
                return value;
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var _ = no_grad();
                var gradients = Gradients(tensors);
                foreach (var gradient in gradients)
                {
                    Op.CallVoid(s_clampInPlace, gradient, -clip_value, clip_value);
                }

                DisposeAll(gradients);
            }

            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                var rows = tensors.Select(tensor => tensor.reshape(-1)).ToArray();
                var result = Op.Call(s_cat, rows, 0L);
                DisposeAll(rows);
                return result;
            }

            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var _ = no_grad();
                var start = 0L;
                foreach (var tensor in tensors)
                {
                    var count = tensor.numel();
                    using var part = vec.narrow(0, start, count);
                    using var shaped = part.view_as(tensor);
                    tensor.copy_(shaped);
                    start += count;
                }
            }

            private static Tensor[] Gradients(IEnumerable<Parameter> tensors)
            {
                var result = new List<Tensor>();
                foreach (var tensor in tensors)
                {
                    if (tensor.grad is { } gradient)
                    {
                        result.Add(gradient);
                    }
                }

                return result.ToArray();
            }

            private static void DisposeAll(Tensor[] tensors)
            {
                foreach (var tensor in tensors)
                {
                    tensor.Dispose();
                }
            }

            public static partial class rnn
            {
                /// <summary>Sequences [length_i, ...] as one tensor [longest, count, ...], or [count, longest, ...].</summary>
                public static Tensor pad_sequence(IEnumerable<Tensor> sequences, bool batch_first = false, double padding_value = 0)
                    => Op.Call(s_padSequence, sequences.ToArray(), batch_first, padding_value);
            }
        }
    }
}
