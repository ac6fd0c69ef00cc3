namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => NativeError.Check(Rooted(NativeMethods.avsr_requires_grad(Handle))) != 0;
            set => NativeError.Check(Rooted(NativeMethods.avsr_set_requires_grad(Handle, value ? 1 : 0)));
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public bool is_leaf => NativeError.Check(Rooted(NativeMethods.avsr_is_leaf(Handle))) != 0;

        public void retain_grad() => NativeError.Check(Rooted(NativeMethods.avsr_retain_grad(Handle)));

        /// <summary>The accumulated gradient, or null before the first backward pass. A new wrapper at every read.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                int status;
                var gradient = NativeMethods.avsr_grad(Handle, &status);
                GC.KeepAlive(this);
                NativeError.Check(status);
                return gradient == IntPtr.Zero ? null : new Tensor(gradient);
            }
            set
            {
                NativeError.Check(NativeMethods.avsr_set_grad(Handle, value is null ? IntPtr.Zero : value.Handle));
                GC.KeepAlive(value);
                GC.KeepAlive(this);
            }
        }

        public void backward() => autograd.backward(this, (IList<Tensor>?)null);

        public void backward(IList<Tensor>? grad_tensors = null, bool create_graph = false, bool retain_graph = false, IList<Tensor>? inputs = null)
            => autograd.backward(this, grad_tensors, retain_graph, create_graph, inputs);

        public Tensor detach() => Op.Call(Aten.detach, this);

        public Tensor detach_()
        {
            Op.CallVoid(Aten.detach_, this);
            return this;
        }

        /// <summary>Makes this tensor stand for other data, keeping its identity: gradients, optimizers and ties stay.</summary>
        internal void set_data(Tensor data)
        {
            NativeError.Check(NativeMethods.avsr_set_data(Handle, data.Handle));
            GC.KeepAlive(data);
            GC.KeepAlive(this);
        }
    }
}
