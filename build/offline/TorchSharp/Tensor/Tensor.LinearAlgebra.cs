namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => Op.Call(Aten.matmul, this, target);

        public Tensor mm(Tensor target) => Op.Call(Aten.mm, this, target);

        public Tensor bmm(Tensor batch2) => Op.Call(Aten.bmm, this, batch2);

        public Tensor mv(Tensor target) => Op.Call(Aten.mv, this, target);

        public Tensor dot(Tensor target) => Op.Call(Aten.dot, this, target);

        public Tensor inner(Tensor vec2) => Op.Call(Aten.inner, this, vec2);

        public Tensor outer(Tensor vec2) => Op.Call(Aten.outer, this, vec2);

        public Tensor ger(Tensor vec2) => Op.Call(Aten.outer, this, vec2);

        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Op.Call(Aten.addmm, this, mat1, mat2, beta, alpha);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1)
        {
            Op.CallVoid(Aten.addmm_, this, mat1, mat2, beta, alpha);
            return this;
        }

        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Op.Call(Aten.addbmm, this, batch1, batch2, beta, alpha);

        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Op.Call(Aten.baddbmm, this, batch1, batch2, beta, alpha);

        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) => Op.Call(Aten.addmv, this, mat, vec, beta, alpha);

        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) => Op.Call(Aten.addr, this, vec1, vec2, beta, alpha);

        public Tensor cholesky(bool upper = false) => Op.Call(Aten.cholesky, this, upper);

        public Tensor det() => Op.Call(Aten.det, this);

        public Tensor logdet() => Op.Call(Aten.logdet, this);

        public Tensor inverse() => Op.Call(Aten.inverse, this);

        public Tensor matrix_exp() => Op.Call(Aten.matrix_exp, this);

        public Tensor pinverse(double rcond = 1E-15, bool hermitian = false) => Op.Call(Aten.linalg_pinv, this, rcond, hermitian);

        public Tensor trace() => Op.Call(Aten.trace, this);

        public Tensor kron(Tensor other) => Op.Call(Aten.kron, this, other);

        public Tensor tensordot(Tensor b, (long, long)[] dims) => Op.Call(Aten.tensordot, this, b, Array.ConvertAll(dims, pair => pair.Item1), Array.ConvertAll(dims, pair => pair.Item2));

        public Tensor tensordot(Tensor b, long dims = 2)
        {
            long[] first = [.. Enumerable.Range((int)(ndim - dims), (int)dims).Select(dim => (long)dim)];
            long[] second = [.. Enumerable.Range(0, (int)dims).Select(dim => (long)dim)];
            return Op.Call(Aten.tensordot, this, b, first, second);
        }

        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => Op.Call(Aten.tensordot, this, b, dims1, dims2);
    }
}
