namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly bool s_hasAttention = Op.Exists("aten::scaled_dot_product_attention");
            private static readonly OpHandle s_attention = Op.Find("aten::scaled_dot_product_attention");
            private static readonly OpHandle s_matmul = Op.Find("aten::matmul");
            private static readonly OpHandle s_mulScalar = Op.Find("aten::mul", "Scalar");
            private static readonly OpHandle s_addInPlace = Op.Find("aten::add_", "Tensor");
            private static readonly OpHandle s_maskedFillInPlace = Op.Find("aten::masked_fill_", "Scalar");
            private static readonly OpHandle s_logicalNot = Op.Find("aten::logical_not");
            private static readonly OpHandle s_triuInPlace = Op.Find("aten::triu_");

            /// <summary>
            /// softmax(query keyᵀ / sqrt(width) + mask) value. query [..., queries, width], key [..., keys, width],
            /// value [..., keys, value width]; mask broadcast to [..., queries, keys]: bool (true = attend) or added.
            /// </summary>
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0, bool is_casual = false)
            {
                if (attn_mask is not null && is_casual)
                {
                    throw new ArgumentException("Give either attn_mask or is_casual, not both.", nameof(is_casual));
                }

                if (s_hasAttention)
                {
                    return Op.Call(s_attention, query, key, value, attn_mask, p, is_casual);
                }

                // Scaling the query costs one pass over [queries, width]; scaling the scores would cost one over [queries, keys].
                using var scaled = Op.Call(s_mulScalar, query, 1.0 / Math.Sqrt(query.size(-1)));
                using var keyColumns = key.transpose(-2, -1); // [..., width, keys]
                using var scores = Op.Call(s_matmul, scaled, keyColumns); // [..., queries, keys]
                if (is_casual)
                {
                    using var bias = CausalBias(scores);
                    Op.CallVoid(s_addInPlace, scores, bias, 1L);
                }
                else if (attn_mask is not null)
                {
                    using var bias = attn_mask.dtype == ScalarType.Bool ? AdditiveMask(attn_mask, scores) : null;
                    // In place is sound: no backward formula reads these scores.
                    Op.CallVoid(s_addInPlace, scores, bias ?? attn_mask, 1L);
                }

                using var weights = Op.Call(s_softmax, scores, -1L, Arg.None);
                if (p <= 0)
                {
                    return Op.Call(s_matmul, weights, value);
                }

                using var kept = dropout(weights, p);
                return Op.Call(s_matmul, kept, value);
            }

            /// <summary>A bool mask as numbers to add, in the mask's own (small) shape: adding vectorises where filling does not.</summary>
            private static Tensor AdditiveMask(Tensor mask, Tensor scores)
            {
                using var _ = no_grad();
                using var hidden = Op.Call(s_logicalNot, mask);
                var bias = zeros(mask.shape, dtype: scores.dtype, device: scores.device);
                Op.CallVoid(s_maskedFillInPlace, bias, hidden, double.NegativeInfinity);
                return bias;
            }

            private static Tensor CausalBias(Tensor scores)
            {
                var bias = full([scores.size(-2), scores.size(-1)], double.NegativeInfinity, dtype: scores.dtype, device: scores.device); // [queries, keys]
                Op.CallVoid(s_triuInPlace, bias, 1L);
                return bias;
            }
        }
    }
}
