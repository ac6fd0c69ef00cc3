namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly OpHandle s_layerNorm = Op.Find("aten::layer_norm");
            private static readonly OpHandle s_batchNorm = Op.Find("aten::batch_norm");
            private static readonly OpHandle s_groupNorm = Op.Find("aten::group_norm");

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05)
                => Op.Call(s_layerNorm, input, normalized_shape, weight, bias, eps, true);

            public static Tensor batch_norm(Tensor input, Tensor running_mean, Tensor running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-05)
                => Op.Call(s_batchNorm, input, weight, bias, running_mean, running_var, training, momentum, eps, true);

            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05)
                => Op.Call(s_groupNorm, input, num_groups, weight, bias, eps, true);
        }
    }
}
