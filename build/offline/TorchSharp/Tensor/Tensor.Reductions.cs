namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.sum_dim_IntList, this, dim.ToArray(), keepdim, type);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.sum_dim_IntList, this, dim, keepdim, type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.sum_dim_IntList, this, (long[])[dim0, dim1], keepdim, type);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.sum_dim_IntList, this, (long[])[dim0, dim1, dim2], keepdim, type);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.sum_dim_IntList, this, dim, keepdim, type);

        public Tensor sum(ScalarType? type = null) => Op.Call(Aten.sum, this, type);

        public Tensor mean() => Op.Call(Aten.mean, this);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.mean_dim, this, dimensions, keepdim, type);

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.prod_dim_int, this, dim, keepdim, type);

        public Tensor prod(ScalarType? type = null) => Op.Call(Aten.prod, this, type);

        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.std_correction, Typed(type), (long[])[dim.Item1, dim.Item2], unbiased ? 1L : 0L, keepdim);

        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.std_correction, Typed(type), (long[])[dim.Item1, dim.Item2, dim.Item3], unbiased ? 1L : 0L, keepdim);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.std_correction, Typed(type), dimensions.ToArray(), unbiased ? 1L : 0L, keepdim);

        public Tensor std(bool unbiased = true) => Op.Call(Aten.std, this, unbiased);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.std_correction, Typed(type), dim, unbiased ? 1L : 0L, keepdim);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.std_correction, Typed(type), dimensions, unbiased ? 1L : 0L, keepdim);

        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.var_correction, Typed(type), (long[])[dim.Item1, dim.Item2], unbiased ? 1L : 0L, keepdim);

        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.var_correction, Typed(type), (long[])[dim.Item1, dim.Item2, dim.Item3], unbiased ? 1L : 0L, keepdim);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.var_correction, Typed(type), dimensions.ToArray(), unbiased ? 1L : 0L, keepdim);

        public Tensor var(bool unbiased = true) => Op.Call(Aten.var, this, unbiased);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.var_correction, Typed(type), dim, unbiased ? 1L : 0L, keepdim);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Aten.var_correction, Typed(type), dimensions, unbiased ? 1L : 0L, keepdim);

        public (Tensor std, Tensor mean) std_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.std_mean_correction, Typed(type), (long[])[dim.Item1, dim.Item2], unbiased ? 1L : 0L, keepdim));

        public (Tensor std, Tensor mean) std_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.std_mean_correction, Typed(type), (long[])[dim.Item1, dim.Item2, dim.Item3], unbiased ? 1L : 0L, keepdim));

        public (Tensor std, Tensor mean) std_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.std_mean_correction, Typed(type), dimensions.ToArray(), unbiased ? 1L : 0L, keepdim));

        public (Tensor std, Tensor mean) std_mean(bool unbiased = true) => Pair(Op.CallMany(Aten.std_mean, this, unbiased));

        public (Tensor std, Tensor mean) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.std_mean_correction, Typed(type), dim, unbiased ? 1L : 0L, keepdim));

        public (Tensor std, Tensor mean) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.std_mean_correction, Typed(type), dimensions, unbiased ? 1L : 0L, keepdim));

        public (Tensor std, Tensor mean) var_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.var_mean_correction, Typed(type), dimensions.ToArray(), unbiased ? 1L : 0L, keepdim));

        public (Tensor std, Tensor mean) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.var_mean_correction, Typed(type), dimensions, unbiased ? 1L : 0L, keepdim));

        public (Tensor var, Tensor mean) var_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.var_mean_correction, Typed(type), (long[])[dim.Item1, dim.Item2], unbiased ? 1L : 0L, keepdim));

        public (Tensor var, Tensor mean) var_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.var_mean_correction, Typed(type), (long[])[dim.Item1, dim.Item2, dim.Item3], unbiased ? 1L : 0L, keepdim));

        public (Tensor var, Tensor mean) var_mean(bool unbiased = true) => Pair(Op.CallMany(Aten.var_mean, this, unbiased));

        public (Tensor var, Tensor mean) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Pair(Op.CallMany(Aten.var_mean_correction, Typed(type), dim, unbiased ? 1L : 0L, keepdim));

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Pair(Op.CallMany(Aten.max_dim, this, dim, keepdim));

        public Tensor max() => Op.Call(Aten.max, this);

        public Tensor max(Tensor other) => Op.Call(Aten.max_other, this, other);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Pair(Op.CallMany(Aten.min_dim, this, dim, keepdim));

        public Tensor min() => Op.Call(Aten.min, this);

        public Tensor min(Tensor other) => Op.Call(Aten.min_other, this, other);

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => Op.Call(Aten.amax, this, dims, keepdim);

        public Tensor amax(params long[] dims) => Op.Call(Aten.amax, this, dims);

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => Op.Call(Aten.amin, this, dims, keepdim);

        public Tensor amin(params long[] dims) => Op.Call(Aten.amin, this, dims);

        public (Tensor min, Tensor max) aminmax(long? dim = null, bool keepdim = false) => Pair(Op.CallMany(Aten.aminmax, this, dim, keepdim));

        public Tensor argmax() => Op.Call(Aten.argmax, this);

        public Tensor argmax(long dim, bool keepdim = false) => Op.Call(Aten.argmax, this, dim, keepdim);

        public Tensor argmin() => Op.Call(Aten.argmin, this);

        public Tensor argmin(long dim, bool keepdim = false) => Op.Call(Aten.argmin, this, dim, keepdim);

        public Tensor all() => Op.Call(Aten.all, this);

        public Tensor all(long dim, bool keepdim = false) => Op.Call(Aten.all_dim, this, dim, keepdim);

        public Tensor any() => Op.Call(Aten.any, this);

        public Tensor any(long dim, bool keepdim = false) => Op.Call(Aten.any_dim, this, dim, keepdim);

        public Tensor norm(float p = 2) => Op.Call(Aten.norm_Scalar, this, p);

        public Tensor norm(int dim, bool keepdim = false, float p = 2) => Op.Call(Aten.norm_ScalarOpt_dim, this, p, dim, keepdim);

        public Tensor median() => Op.Call(Aten.median, this);

        public Tensor nansum() => Op.Call(Aten.nansum, this);

        public Tensor nanmean(int? dim = null, bool keepdim = false, ScalarType? dtype = null) => Op.Call(Aten.nanmean, this, (long?)dim, keepdim, dtype);

        public Tensor nanmedian() => Op.Call(Aten.nanmedian, this);

        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Op.Call(Aten.quantile, this, q, dim, keepdim);

        public (Tensor values, Tensor indices) mode(long dim = -1, bool keepdim = false) => Pair(Op.CallMany(Aten.mode, this, dim, keepdim));

        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) => Pair(Op.CallMany(Aten.kthvalue, this, k, dim ?? -1, keepdim));

        public Tensor cumsum(long dim, ScalarType? type = null) => Op.Call(Aten.cumsum, this, dim, type);

        public Tensor cumprod(long dim, ScalarType? type = null) => Op.Call(Aten.cumprod, this, dim, type);

        public (Tensor values, Tensor indexes) cummax(long dim) => Pair(Op.CallMany(Aten.cummax, this, dim));

        public (Tensor values, Tensor indexes) cummin(long dim) => Pair(Op.CallMany(Aten.cummin, this, dim));

        public Tensor logcumsumexp(long dim) => Op.Call(Aten.logcumsumexp, this, dim);

        public Tensor logsumexp(long dim, bool keepdim = false) => Op.Call(Aten.logsumexp, this, dim, keepdim);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Op.Call(Aten.softmax_int, this, dim, dtype);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Op.Call(Aten.log_softmax_int, this, dim, dtype);

        public Tensor count_nonzero(long[]? dims = null) => dims is null ? Op.Call(Aten.count_nonzero, this) : Op.Call(Aten.count_nonzero_dim_IntList, this, dims);

        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Op.Call(Aten.histc, this, bins, min, max);

        public Tensor bincount(Tensor? weights, long minlength = 0) => Op.Call(Aten.bincount, this, weights, minlength);

        public (Tensor output, Tensor inverse_indices, Tensor counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) => Triple(dim is null
            ? Op.CallMany(Aten._unique2, this, sorted, return_inverse, return_counts)
            : Op.CallMany(Aten.unique_dim, this, dim.Value, sorted, return_inverse, return_counts));

        public (Tensor output, Tensor inverse_indices, Tensor counts) unique_consecutive(bool return_inverse = false, bool return_counts = false, int? dim = null) => Triple(Op.CallMany(Aten.unique_consecutive, this, return_inverse, return_counts, (long?)dim));

        public Tensor dist(Tensor other, float p = 2) => Op.Call(Aten.dist, this, other, p);

        public Tensor diff(long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => Op.Call(Aten.diff, this, n, dim, prepend, append);

        private Tensor Typed(ScalarType? type) => type is { } wanted ? to_type(wanted) : this;

        private static (Tensor, Tensor) Pair(Tensor[] results) => (results[0], results[1]);

        private static (Tensor, Tensor, Tensor) Triple(Tensor[] results) => (results[0], results[1], results[2]);
    }
}
