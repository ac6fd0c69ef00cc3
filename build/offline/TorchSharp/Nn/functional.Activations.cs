namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly OpHandle s_relu = Op.Find("aten::relu"), s_reluInPlace = Op.Find("aten::relu_");
            private static readonly OpHandle s_relu6 = Op.Find("aten::relu6"), s_relu6InPlace = Op.Find("aten::relu6_");
            private static readonly OpHandle s_leakyRelu = Op.Find("aten::leaky_relu"), s_leakyReluInPlace = Op.Find("aten::leaky_relu_");
            private static readonly OpHandle s_elu = Op.Find("aten::elu"), s_eluInPlace = Op.Find("aten::elu_");
            private static readonly OpHandle s_silu = Op.Find("aten::silu"), s_siluInPlace = Op.Find("aten::silu_");
            private static readonly OpHandle s_tanh = Op.Find("aten::tanh"), s_tanhInPlace = Op.Find("aten::tanh_");
            private static readonly OpHandle s_gelu = Op.Find("aten::gelu");
            private static readonly OpHandle s_prelu = Op.Find("aten::prelu");
            private static readonly OpHandle s_glu = Op.Find("aten::glu");
            private static readonly OpHandle s_sigmoid = Op.Find("aten::sigmoid");
            private static readonly OpHandle s_logSigmoid = Op.Find("aten::log_sigmoid");
            private static readonly OpHandle s_softplus = Op.Find("aten::softplus");
            private static readonly OpHandle s_softmax = Op.Find("aten::softmax", "int");
            private static readonly OpHandle s_logSoftmax = Op.Find("aten::log_softmax", "int");
            private static readonly OpHandle s_dropout = Op.Find("aten::dropout"), s_dropoutInPlace = Op.Find("aten::dropout_");
            private static readonly OpHandle s_featureDropout = Op.Find("aten::feature_dropout"), s_featureDropoutInPlace = Op.Find("aten::feature_dropout_");

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? InPlace(s_reluInPlace, x) : Op.Call(s_relu, x);

            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? InPlace(s_relu6InPlace, x) : Op.Call(s_relu6, x);

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false)
            {
                if (!inplace)
                {
                    return Op.Call(s_leakyRelu, input, negative_slope);
                }

                Op.CallVoid(s_leakyReluInPlace, input, negative_slope);
                return input.alias();
            }

            public static Tensor elu(Tensor x, double alpha, bool inplace = false)
            {
                if (!inplace)
                {
                    return Op.Call(s_elu, x, alpha);
                }

                Op.CallVoid(s_eluInPlace, x, alpha);
                return x.alias();
            }

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? InPlace(s_siluInPlace, x) : Op.Call(s_silu, x);

            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? InPlace(s_tanhInPlace, x) : Op.Call(s_tanh, x);

            public static Tensor gelu(Tensor x) => Op.Call(s_gelu, x);

            public static Tensor prelu(Tensor input, Tensor weight) => Op.Call(s_prelu, input, weight);

            public static Tensor glu(Tensor input, long dim = -1) => Op.Call(s_glu, input, dim);

            public static Tensor sigmoid(Tensor x) => Op.Call(s_sigmoid, x);

            public static Tensor logsigmoid(Tensor x) => Op.Call(s_logSigmoid, x);

            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => Op.Call(s_softplus, x, beta, threshold);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Op.Call(s_softmax, input, dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => Op.Call(s_logSoftmax, x, dim, Arg.None);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => Drop(s_dropout, s_dropoutInPlace, input, p, training, inplace);

            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => Drop(s_featureDropout, s_featureDropoutInPlace, input, p, training, inplace);

            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => Drop(s_featureDropout, s_featureDropoutInPlace, input, p, training, inplace);

            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => Drop(s_featureDropout, s_featureDropoutInPlace, input, p, training, inplace);

            private static Tensor Drop(OpHandle op, OpHandle opInPlace, Tensor input, double p, bool training, bool inplace)
            {
                if (p is not (>= 0 and <= 1))
                {
                    throw new ArgumentOutOfRangeException(nameof(p), p, "A dropout probability lies in [0, 1].");
                }

                if (!inplace)
                {
                    return Op.Call(op, input, p, training);
                }

                Op.CallVoid(opInPlace, input, p, training);
                return input.alias();
            }

            // The caller may dispose the result and keep the input, so the result is another handle to the same values.
            private static Tensor InPlace(OpHandle op, Tensor x)
            {
                Op.CallVoid(op, x);
                return x.alias();
            }
        }
    }
}
