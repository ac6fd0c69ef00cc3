namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Op.Call(Aten.view, this, shape);

        public Tensor view_as(Tensor other) => Op.Call(Aten.view_as, this, other);

        public Tensor reshape(params long[] shape) => Op.Call(Aten.reshape, this, shape);

        public Tensor permute(IEnumerable<long> permutation) => Op.Call(Aten.permute, this, permutation.ToArray());

        public Tensor permute(params long[] permutation) => Op.Call(Aten.permute, this, permutation);

        public Tensor transpose(long dim0, long dim1) => Op.Call(Aten.transpose_int, this, dim0, dim1);

        public Tensor transpose_(long dim0, long dim1)
        {
            Op.CallVoid(Aten.transpose_, this, dim0, dim1);
            return this;
        }

        public Tensor t() => Op.Call(Aten.t, this);

        public Tensor unsqueeze(long dim) => Op.Call(Aten.unsqueeze, this, dim);

        public Tensor unsqueeze_(long dim)
        {
            Op.CallVoid(Aten.unsqueeze_, this, dim);
            return this;
        }

        public Tensor squeeze(long? dim = null) => dim is null ? Op.Call(Aten.squeeze, this) : Op.Call(Aten.squeeze_dim, this, dim.Value);

        public Tensor squeeze_(long? dim = null)
        {
            if (dim is null)
                Op.CallVoid(Aten.squeeze_, this);
            else
                Op.CallVoid(Aten.squeeze__dim, this, dim.Value);
            return this;
        }

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Op.Call(Aten.expand, this, sizes.ToArray(), isImplicit);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Op.Call(Aten.expand, this, sizes, isImplicit);

        public Tensor expand(params long[] sizes) => Op.Call(Aten.expand, this, sizes);

        public Tensor expand(Size sizes, bool isImplicit = false) => Op.Call(Aten.expand, this, sizes.Shape, isImplicit);

        public Tensor expand_as(Tensor other) => Op.Call(Aten.expand_as, this, other);

        public Tensor broadcast_to(params long[] shape) => Op.Call(Aten.broadcast_to, this, shape);

        public Tensor repeat(params long[] sizes) => Op.Call(Aten.repeat, this, sizes);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Op.Call(Aten.repeat_interleave_self_int, this, repeats, dim, output_size);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) => Op.Call(Aten.repeat_interleave_self_Tensor, this, repeats, dim, output_size);

        public Tensor tile(long[] reps) => Op.Call(Aten.tile, this, reps);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Op.Call(Aten.flatten_using_ints, this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes) => Op.Call(Aten.unflatten_int, this, dim, sizes);

        public Tensor unflatten(long dim, Size sizes) => Op.Call(Aten.unflatten_int, this, dim, sizes.Shape);

        public Tensor unfold(long dimension, long size, long step) => Op.Call(Aten.unfold, this, dimension, size, step);

        public Tensor roll((long, long) shifts, (long, long) dims) => Op.Call(Aten.roll, this, (long[])[shifts.Item1, shifts.Item2], (long[])[dims.Item1, dims.Item2]);

        public Tensor roll((long, long, long) shifts, (long, long, long) dims) => Op.Call(Aten.roll, this, (long[])[shifts.Item1, shifts.Item2, shifts.Item3], (long[])[dims.Item1, dims.Item2, dims.Item3]);

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => Op.Call(Aten.roll, this, shifts.ToArray(), dims.ToArray());

        public Tensor roll(long shifts, long? dims = null) => Op.Call(Aten.roll, this, shifts, dims is { } dim ? (long[])[dim] : (long[])[]);

        public Tensor roll(long[] shifts) => Op.Call(Aten.roll, this, shifts);

        public Tensor roll(long[] shifts, long[] dims) => Op.Call(Aten.roll, this, shifts, dims);

        public Tensor flip(params long[] dims) => Op.Call(Aten.flip, this, dims);

        public Tensor fliplr() => Op.Call(Aten.fliplr, this);

        public Tensor flipud() => Op.Call(Aten.flipud, this);

        public Tensor rot90(long k = 1, (long, long)? dims = null) => Op.Call(Aten.rot90, this, k, dims is { } plane ? (long[])[plane.Item1, plane.Item2] : (long[])[0, 1]);

        public Tensor tril(long diagonal = 0) => Op.Call(Aten.tril, this, diagonal);

        public Tensor tril_(long diagonal = 0)
        {
            Op.CallVoid(Aten.tril_, this, diagonal);
            return this;
        }

        public Tensor triu(long diagonal = 0) => Op.Call(Aten.triu, this, diagonal);

        public Tensor triu_(long diagonal = 0)
        {
            Op.CallVoid(Aten.triu_, this, diagonal);
            return this;
        }

        public Tensor diag(long diagonal = 0) => Op.Call(Aten.diag, this, diagonal);

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 0) => Op.Call(Aten.diagonal, this, offset, dim1, dim2);

        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) => Op.Call(Aten.diag_embed, this, offset, dim1, dim2);

        public Tensor movedim(long[] source, long[] destination) => Op.Call(Aten.movedim_intlist, this, source, destination);

        public Tensor swapaxes(long dim0, long dim1) => Op.Call(Aten.swapdims, this, dim0, dim1);

        public Tensor swapdims(long dim0, long dim1) => Op.Call(Aten.swapdims, this, dim0, dim1);

        public Tensor narrow(long dim, long start, long length) => Op.Call(Aten.narrow, this, dim, start, length);

        public Tensor select(long dim, long index) => Op.Call(Aten.select_int, this, dim, index);

        public Tensor slice(long dim, long start, long finish, long step) => Op.Call(Aten.slice_Tensor, this, dim, start, finish, step);

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Op.CallMany(Aten.split_with_sizes, this, sizes.ToArray(), dim);

        public Tensor[] split(long size, int dim = 0) => Op.CallMany(Aten.split_Tensor, this, size, dim);

        public Tensor[] split(long[] sizes, long dim = 0) => Op.CallMany(Aten.split_with_sizes, this, sizes, dim);

        public Tensor[] split(params long[] sizes) => Op.CallMany(Aten.split_with_sizes, this, sizes);

        public Tensor[] chunk(long chunks, long dim = 0) => Op.CallMany(Aten.chunk, this, chunks, dim);

        public Tensor[] tensor_split(long size, long dim = 0) => Op.CallMany(Aten.tensor_split_sections, this, size, dim);

        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Op.CallMany(Aten.tensor_split_indices, this, sizes, dim);

        public Tensor[] tensor_split(Tensor indices, long dim = 0) => Op.CallMany(Aten.tensor_split_tensor_indices_or_sections, this, indices, dim);

        public Tensor[] unbind(long dimension = 0) => Op.CallMany(Aten.unbind_int, this, dimension);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Op.Call(Aten.as_strided, this, size, strides, storageOffset);

        public Tensor ravel() => Op.Call(Aten.ravel, this);

        public Tensor atleast_1d() => Op.Call(Aten.atleast_1d, this);

        public Tensor atleast_2d() => Op.Call(Aten.atleast_2d, this);

        public Tensor view_as_real() => Op.Call(Aten.view_as_real, this);

        public Tensor view_as_complex() => Op.Call(Aten.view_as_complex, this);

        public Tensor resolve_conj() => Op.Call(Aten.resolve_conj, this);
    }
}
