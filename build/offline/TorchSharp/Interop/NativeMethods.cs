using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>The shim's exports (native/*.cpp). Getters that cannot block or throw skip the GC transition.</summary>
internal static unsafe class NativeMethods
{
    internal const string Library = "avsr_torch";

    // dispatch.cpp
    [DllImport(Library)] internal static extern IntPtr avsr_op_find(byte* name, byte* overload);
    [DllImport(Library)] internal static extern int avsr_op_schema(IntPtr op, byte* buffer, int capacity);
    [DllImport(Library)] internal static extern int avsr_op_call(IntPtr op, NativeValue* values, int count, NativeValue* results, int capacity);
    [DllImport(Library)] internal static extern void avsr_op_rest(NativeValue* results);

    // tensor.cpp
    [DllImport(Library)] internal static extern void avsr_tensor_release(IntPtr tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern IntPtr avsr_tensor_retain(IntPtr tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern int avsr_tensor_dtype(IntPtr tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern long avsr_tensor_device(IntPtr tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern long avsr_tensor_dim(IntPtr tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern long avsr_tensor_numel(IntPtr tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern long avsr_tensor_size(IntPtr tensor, long index);
    [DllImport(Library), SuppressGCTransition] internal static extern void avsr_tensor_sizes(IntPtr tensor, long* sizes);
    [DllImport(Library)] internal static extern int avsr_tensor_strides(IntPtr tensor, long* strides);
    [DllImport(Library)] internal static extern long avsr_tensor_storage_offset(IntPtr tensor);
    [DllImport(Library)] internal static extern int avsr_tensor_is_contiguous(IntPtr tensor);
    [DllImport(Library), SuppressGCTransition] internal static extern int avsr_tensor_is_sparse(IntPtr tensor);
    [DllImport(Library)] internal static extern IntPtr avsr_tensor_data(IntPtr tensor);
    [DllImport(Library)] internal static extern long avsr_tensor_owned_bytes(IntPtr tensor);
    [DllImport(Library)] internal static extern IntPtr avsr_tensor_from_blob(void* data, long* sizes, int dims, int dtype, IntPtr context, delegate* unmanaged<IntPtr, void> deleter);

    // autograd.cpp
    [DllImport(Library)] internal static extern int avsr_requires_grad(IntPtr tensor);
    [DllImport(Library)] internal static extern int avsr_set_requires_grad(IntPtr tensor, int value);
    [DllImport(Library)] internal static extern int avsr_is_leaf(IntPtr tensor);
    [DllImport(Library)] internal static extern int avsr_retain_grad(IntPtr tensor);
    [DllImport(Library)] internal static extern IntPtr avsr_grad(IntPtr tensor, int* status);
    [DllImport(Library)] internal static extern int avsr_set_grad(IntPtr tensor, IntPtr gradient);
    [DllImport(Library)] internal static extern int avsr_set_data(IntPtr tensor, IntPtr data);
    [DllImport(Library)] internal static extern long avsr_version(IntPtr tensor);
    [DllImport(Library)] internal static extern int avsr_backward(IntPtr* tensors, int tensorCount, IntPtr* gradients, int gradientCount, IntPtr* inputs, int inputCount, int retainGraph, int createGraph);
    [DllImport(Library)] internal static extern int avsr_autograd_grad(IntPtr* outputs, int outputCount, IntPtr* inputs, int inputCount, IntPtr* gradients, int gradientCount, int retainGraph, int createGraph, int allowUnused, IntPtr* results);
    [DllImport(Library), SuppressGCTransition] internal static extern int avsr_grad_enabled();
    [DllImport(Library), SuppressGCTransition] internal static extern void avsr_set_grad_enabled(int enabled);
    [DllImport(Library), SuppressGCTransition] internal static extern int avsr_inference_enabled();
    [DllImport(Library)] internal static extern IntPtr avsr_inference_enter(int enabled);
    [DllImport(Library)] internal static extern void avsr_inference_leave(IntPtr guard);

    // runtime.cpp
    [DllImport(Library)] internal static extern int avsr_last_error(byte* buffer, int capacity);
    [DllImport(Library)] internal static extern int avsr_get_num_threads();
    [DllImport(Library)] internal static extern int avsr_set_num_threads(int count);
    [DllImport(Library)] internal static extern int avsr_get_num_interop_threads();
    [DllImport(Library)] internal static extern int avsr_set_num_interop_threads(int count);
    [DllImport(Library)] internal static extern byte* avsr_compiled_version();
    [DllImport(Library)] internal static extern int avsr_manual_seed(long seed);
    [DllImport(Library)] internal static extern IntPtr avsr_generator_default(int deviceType, int index);
    [DllImport(Library)] internal static extern IntPtr avsr_generator_new(ulong seed);
    [DllImport(Library)] internal static extern void avsr_generator_release(IntPtr generator);
    [DllImport(Library)] internal static extern int avsr_generator_set_seed(IntPtr generator, long seed);
    [DllImport(Library)] internal static extern long avsr_generator_seed(IntPtr generator, int fresh);
    [DllImport(Library)] internal static extern IntPtr avsr_generator_get_state(IntPtr generator);
    [DllImport(Library)] internal static extern int avsr_generator_set_state(IntPtr generator, IntPtr state);
    [DllImport(Library)] internal static extern int avsr_cuda_device_count();
    [DllImport(Library)] internal static extern int avsr_cudnn_is_available();
    [DllImport(Library)] internal static extern int avsr_cuda_manual_seed(long seed, int all);
    [DllImport(Library)] internal static extern int avsr_cuda_synchronize(long index);
    [DllImport(Library)] internal static extern int avsr_allow_tf32(int which, int value);
}
