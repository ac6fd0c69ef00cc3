namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
            => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
            => backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            IntPtr[] roots = Handles(tensors), gradients = Handles(grad_tensors), leaves = Handles(inputs);
            fixed (IntPtr* root = roots, gradient = gradients, leaf = leaves)
            {
                NativeError.Check(NativeMethods.avsr_backward(
                    root, roots.Length, gradient, gradients.Length, leaf, leaves.Length, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0));
            }
            Root(tensors, grad_tensors, inputs);
        }

        /// <summary>The gradients of outputs with respect to inputs; null where an input is unused and that is allowed.</summary>
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            IntPtr[] roots = Handles(outputs), leaves = Handles(inputs), gradients = Handles(grad_outputs);
            var results = new IntPtr[leaves.Length];
            fixed (IntPtr* root = roots, leaf = leaves, gradient = gradients, result = results)
            {
                NativeError.Check(NativeMethods.avsr_autograd_grad(
                    root, roots.Length, leaf, leaves.Length, gradient, gradients.Length,
                    retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, result));
            }
            Root(outputs, inputs, grad_outputs);
            return Array.ConvertAll(results, handle => handle == IntPtr.Zero ? null! : new Tensor(handle));
        }

        private static IntPtr[] Handles(IList<Tensor>? tensors)
            => tensors is null ? [] : [.. tensors.Select(tensor => tensor is null ? IntPtr.Zero : tensor.Handle)];

        private static void Root(params object?[] lists)
        {
            foreach (var list in lists)
                GC.KeepAlive(list);
        }
    }

    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => NativeMethods.avsr_grad_enabled() != 0;

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => NativeMethods.avsr_inference_enabled() != 0;

    /// <summary>Switches gradient recording of this thread until disposed of.</summary>
    private sealed class GradMode : IDisposable
    {
        private readonly bool _previous = is_grad_enabled();
        private bool _disposed;

        internal GradMode(bool enabled) => NativeMethods.avsr_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose()
        {
            if (!_disposed)
                NativeMethods.avsr_set_grad_enabled(_previous ? 1 : 0);
            _disposed = true;
        }
    }

    /// <summary>libtorch's guard: dispose of it on the thread that made it, in reverse order of making.</summary>
    private sealed class InferenceMode(bool mode) : IDisposable
    {
        private IntPtr _guard = NativeError.Check(NativeMethods.avsr_inference_enter(mode ? 1 : 0));

        public void Dispose()
        {
            if (_guard != IntPtr.Zero)
                NativeMethods.avsr_inference_leave(_guard);
            _guard = IntPtr.Zero;
        }
    }
}
