namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor gather(long dim, Tensor index) => Op.Call(Aten.gather, this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Op.Call(Aten.scatter_src, this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src)
        {
            Op.CallVoid(Aten.scatter__src, this, dim, index, src);
            return this;
        }

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Op.Call(Aten.scatter_add, this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src)
        {
            Op.CallVoid(Aten.scatter_add_, this, dim, index, src);
            return this;
        }

        public Tensor index_select(long dim, Tensor index) => Op.Call(Aten.index_select, this, dim, index);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Op.Call(Aten.index_add, this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha)
        {
            Op.CallVoid(Aten.index_add_, this, dim, index, source, alpha);
            return this;
        }

        public Tensor index_copy(long dim, Tensor index, Tensor source) => Op.Call(Aten.index_copy, this, dim, index, source);

        public Tensor index_copy_(long dim, Tensor index, Tensor source)
        {
            Op.CallVoid(Aten.index_copy_, this, dim, index, source);
            return this;
        }

        public Tensor index_fill(long dim, Tensor index, Scalar value) => Op.Call(Aten.index_fill_int_Scalar, this, dim, index, value);

        public Tensor index_fill_(long dim, Tensor index, Scalar value)
        {
            Op.CallVoid(Aten.index_fill__int_Scalar, this, dim, index, value);
            return this;
        }

        public Tensor masked_fill(Tensor mask, Scalar value) => Op.Call(Aten.masked_fill_Scalar, this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value)
        {
            Op.CallVoid(Aten.masked_fill__Scalar, this, mask, value);
            return this;
        }

        public Tensor masked_select(Tensor mask) => Op.Call(Aten.masked_select, this, mask);

        public Tensor masked_scatter(Tensor mask, Tensor value) => Op.Call(Aten.masked_scatter, this, mask, value);

        public Tensor masked_scatter_(Tensor mask, Tensor value)
        {
            Op.CallVoid(Aten.masked_scatter_, this, mask, value);
            return this;
        }

        public Tensor nonzero() => Op.Call(Aten.nonzero, this);

        public Tensor argwhere() => Op.Call(Aten.argwhere, this);

        public Tensor take(Tensor index) => Op.Call(Aten.take, this, index);

        public Tensor take_along_dim(Tensor indices) => Op.Call(Aten.take_along_dim, this, indices);

        public Tensor take_along_dim(Tensor indices, long dim) => Op.Call(Aten.take_along_dim, this, indices, dim);

        public Tensor where(Tensor condition, Tensor y) => Op.Call(Aten.where_self, condition, this, y);

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) => Pair(Op.CallMany(Aten.topk, this, k, dim, largest, sorted));

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) => Pair(Op.CallMany(Aten.sort_stable, this, stable, dim, descending));

        public Tensor argsort(long dim = -1, bool descending = false) => Op.Call(Aten.argsort, this, dim, descending);

        public Tensor msort() => Op.Call(Aten.msort, this);

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) => Op.Call(Aten.bucketize_Tensor, this, boundaries, outInt32, right);

        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false) => Op.Call(Aten.isin_Tensor_Tensor, this, test_elements, assumeUnique, invert);

        public Tensor select_scatter(Tensor src, long dim, long index) => Op.Call(Aten.select_scatter, this, src, dim, index);

        public Tensor slice_scatter(Tensor src, long dim = 0, long? start = null, long? end = null, long step = 1) => Op.Call(Aten.slice_scatter, this, src, dim, start, end, step);
    }
}
