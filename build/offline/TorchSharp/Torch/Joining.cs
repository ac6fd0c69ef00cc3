namespace TorchSharp;

public static partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Op.Call(Aten.cat, (Tensor[])[.. tensors], dim);

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => Op.Call(Aten.cat, (Tensor[])[.. tensors], dim);

    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) => cat(tensors, axis);

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Op.Call(Aten.stack, tensors.ToArray(), dim);

    public static Tensor hstack(IEnumerable<Tensor> tensors) => Op.Call(Aten.hstack, tensors.ToArray());

    public static Tensor hstack(IList<Tensor> tensors) => Op.Call(Aten.hstack, (Tensor[])[.. tensors]);

    public static Tensor hstack(params Tensor[] tensors) => Op.Call(Aten.hstack, tensors);

    public static Tensor vstack(IList<Tensor> tensors) => Op.Call(Aten.vstack, (Tensor[])[.. tensors]);

    public static Tensor dstack(IEnumerable<Tensor> tensors) => Op.Call(Aten.dstack, tensors.ToArray());

    public static Tensor dstack(IList<Tensor> tensors) => Op.Call(Aten.dstack, (Tensor[])[.. tensors]);

    public static Tensor dstack(params Tensor[] tensors) => Op.Call(Aten.dstack, tensors);

    public static Tensor column_stack(IList<Tensor> tensors) => Op.Call(Aten.column_stack, (Tensor[])[.. tensors]);

    public static Tensor column_stack(params Tensor[] tensors) => Op.Call(Aten.column_stack, tensors);

    public static Tensor row_stack(IList<Tensor> tensors) => Op.Call(Aten.row_stack, (Tensor[])[.. tensors]);

    public static Tensor row_stack(params Tensor[] tensors) => Op.Call(Aten.row_stack, tensors);

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") => Op.CallMany(Aten.meshgrid_indexing, tensors.ToArray(), indexing);

    public static Tensor cartesian_prod(IList<Tensor> tensors) => Op.Call(Aten.cartesian_prod, (Tensor[])[.. tensors]);

    public static Tensor cartesian_prod(params Tensor[] tensors) => Op.Call(Aten.cartesian_prod, tensors);

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Op.CallMany(Aten.broadcast_tensors, tensors);

    public static Tensor block_diag(params Tensor[] tensors) => Op.Call(Aten.block_diag, tensors);
}
