using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    private static ScalarType s_defaultType = ScalarType.Float32;
    private static Device? s_defaultDevice;

    /// <summary>The version of the libtorch underneath.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((IntPtr)NativeMethods.avsr_compiled_version())!;

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Open();

    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.Current;

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    public static int get_num_threads() => NativeError.Check(NativeMethods.avsr_get_num_threads());

    public static void set_num_threads(int num) => NativeError.Check(NativeMethods.avsr_set_num_threads(num));

    public static int get_num_interop_threads() => NativeError.Check(NativeMethods.avsr_get_num_interop_threads());

    public static void set_num_interop_threads(int num) => NativeError.Check(NativeMethods.avsr_set_num_interop_threads(num));

    public static ScalarType get_default_dtype() => s_defaultType;

    public static void set_default_dtype(ScalarType dtype)
        => s_defaultType = is_floating_point(dtype) ? dtype : throw new ArgumentException($"The default type must be a floating-point type, not {dtype}.", nameof(dtype));

    public static Device get_default_device() => s_defaultDevice ?? CPU;

    public static void set_default_device(Device device)
    {
        InitializeDeviceType(device.type);
        s_defaultDevice = device;
    }

    public static void set_default_device(string device) => set_default_device(new Device(device));

    public static bool cuda_is_available() => cuda.is_available();

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count() => NativeError.Check(NativeMethods.avsr_cuda_device_count());

        public static bool is_cudnn_available() => NativeError.Check(NativeMethods.avsr_cudnn_is_available()) != 0;

        public static void manual_seed(long seed) => NativeError.Check(NativeMethods.avsr_cuda_manual_seed(seed, 0));

        public static void manual_seed_all(long seed) => NativeError.Check(NativeMethods.avsr_cuda_manual_seed(seed, 1));

        public static void synchronize(Device? device = null) => NativeError.Check(NativeMethods.avsr_cuda_synchronize(device?.index ?? -1));
    }

    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => NativeError.Check(NativeMethods.avsr_allow_tf32(0, -1)) != 0;
                    set => NativeError.Check(NativeMethods.avsr_allow_tf32(0, value ? 1 : 0));
                }
            }
        }

        public static class cudnn
        {
            public static bool allow_tf32
            {
                get => NativeError.Check(NativeMethods.avsr_allow_tf32(1, -1)) != 0;
                set => NativeError.Check(NativeMethods.avsr_allow_tf32(1, value ? 1 : 0));
            }
        }
    }

    public static ScalarType promote_types(ScalarType type1, ScalarType type2)
        => (ScalarType)Op.CallScalar(Aten.promote_types, type1, type2).ToInt64();

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2)
        => (ScalarType)Op.CallScalar(Aten.result_type_Tensor, tensor1, tensor2).ToInt64();

    public static bool can_cast(ScalarType from, ScalarType to) => Op.CallScalar(Aten.can_cast, from, to).ToBoolean();
}
