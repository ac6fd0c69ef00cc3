namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly OpHandle s_crossEntropy = Op.Find("aten::cross_entropy_loss");
            private static readonly OpHandle s_nll = Op.Find("aten::nll_loss_nd");
            private static readonly OpHandle s_ctc = Op.Find("aten::ctc_loss", "Tensor");
            private static readonly OpHandle s_mse = Op.Find("aten::mse_loss");
            private static readonly OpHandle s_l1 = Op.Find("aten::l1_loss");
            private static readonly OpHandle s_smoothL1 = Op.Find("aten::smooth_l1_loss");
            private static readonly OpHandle s_huber = Op.Find("aten::huber_loss");
            private static readonly OpHandle s_klDiv = Op.Find("aten::kl_div");
            private static readonly OpHandle s_bce = Op.Find("aten::binary_cross_entropy");
            private static readonly OpHandle s_bceLogits = Op.Find("aten::binary_cross_entropy_with_logits");

            /// <summary>Cross entropy of logits [n, classes, ...] against class numbers [n, ...] or probabilities [n, classes, ...].</summary>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0)
                => Op.Call(s_crossEntropy, input, target, weight, (long)reduction, ignore_index, label_smoothing);

            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
                => Op.Call(s_nll, input, target, weight, (long)reduction, -100L);

            /// <summary>CTC loss of log probabilities [time, batch, classes]; targets [batch, length] or all of them in one row.</summary>
            public static Tensor ctc_loss(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, long blank = 0, bool zero_infinity = false, Reduction reduction = Reduction.Mean)
                => Op.Call(s_ctc, log_probs, targets, input_lengths, target_lengths, blank, (long)reduction, zero_infinity);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
                => Op.Call(s_mse, input, target, (long)reduction);

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
                => Op.Call(s_l1, input, target, (long)reduction);

            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1)
                => Op.Call(s_smoothL1, input, target, (long)reduction, beta);

            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean)
                => Op.Call(s_huber, input, target, (long)reduction, delta);

            /// <summary>Unlike in PyTorch the target is in log space unless told otherwise.</summary>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean)
                => Op.Call(s_klDiv, input, target, (long)reduction, log_target);

            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
                => Op.Call(s_bce, input, target, weight, (long)reduction);

            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null)
                => Op.Call(s_bceLogits, input, target, weight, pos_weights, (long)reduction);
        }
    }
}
