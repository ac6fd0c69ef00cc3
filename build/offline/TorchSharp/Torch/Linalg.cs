namespace TorchSharp;

public static partial class torch
{
    public static class linalg
    {
        public static Tensor cholesky(Tensor input) => Op.Call(Aten.linalg_cholesky, input);

        public static Tensor det(Tensor input) => Op.Call(Aten.linalg_det, input);

        public static Tensor inv(Tensor input) => Op.Call(Aten.linalg_inv, input);

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced)
        {
            Tensor[] results = Op.CallMany(Aten.linalg_qr, input, mode == QRMode.R ? "r" : mode.ToString().ToLowerInvariant());
            return (results[0], results[1]);
        }

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Op.Call(Aten.linalg_solve, A, B, left);

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            Tensor[] results = Op.CallMany(Aten.linalg_svd, input, fullMatrices);
            return (results[0], results[1], results[2]);
        }

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false)
            => Op.Call(Aten.linalg_norm, input, Arg.None, dims, keepdim);

        public static Tensor vector_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
            => Op.Call(Aten.linalg_vector_norm, input, ord, dims, keepdim);

        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }
    }
}
