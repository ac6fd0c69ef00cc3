namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public unsafe long[] shape
        {
            get
            {
                var handle = Handle;
                var sizes = new long[NativeMethods.avsr_tensor_dim(handle)];
                fixed (long* pointer = sizes)
                    NativeMethods.avsr_tensor_sizes(handle, pointer);
                GC.KeepAlive(this);
                return sizes;
            }
        }

        public long[] size() => shape;

        public long size(int dim)
        {
            var handle = Handle;
            long dims = NativeMethods.avsr_tensor_dim(handle);
            long index = dim < 0 ? dim + dims : dim;
            if (index < 0 || index >= dims)
                throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {dims} dimensions.");
            long result = NativeMethods.avsr_tensor_size(handle, index);
            GC.KeepAlive(this);
            return result;
        }

        public unsafe long[] stride()
        {
            var strides = new long[ndim];
            fixed (long* pointer = strides)
                NativeError.Check(NativeMethods.avsr_tensor_strides(Handle, pointer));
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => stride()[dim < 0 ? (int)(dim + ndim) : dim];

        public long storage_offset() => NativeError.Check(Rooted(NativeMethods.avsr_tensor_storage_offset(Handle)));

        public long ndim => Rooted(NativeMethods.avsr_tensor_dim(Handle));

        public long dim() => ndim;

        public long Dimensions => ndim;

        public long NumberOfElements => Rooted(NativeMethods.avsr_tensor_numel(Handle));

        public long numel() => NumberOfElements;

        public long ElementSize => dtype.ElementSize();

        public long element_size() => ElementSize;

        public ScalarType dtype => (ScalarType)Rooted(NativeMethods.avsr_tensor_dtype(Handle));

        public Device device => new(device_type, device_index);

        public DeviceType device_type => (DeviceType)(int)(Rooted(NativeMethods.avsr_tensor_device(Handle)) & 0xFF);

        public int device_index => (int)(Rooted(NativeMethods.avsr_tensor_device(Handle)) >> 32);

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_sparse => Rooted(NativeMethods.avsr_tensor_is_sparse(Handle)) != 0;

        public bool is_contiguous() => NativeError.Check(Rooted(NativeMethods.avsr_tensor_is_contiguous(Handle))) != 0;

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_nonzero() => Op.CallScalar(Aten.is_nonzero, this).ToBoolean();

        /// <summary>Returns a value read through the handle, keeping this object alive until it was read.</summary>
        private T Rooted<T>(T value)
        {
            GC.KeepAlive(this);
            return value;
        }
    }

    public static bool is_floating_point(ScalarType type)
        => type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    public static bool is_complex(ScalarType type) => type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;

    public static bool is_integral(ScalarType type)
        => type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 or ScalarType.Bool;

    public static bool is_floating_point(Tensor input) => input.is_floating_point();

    public static bool is_complex(Tensor input) => input.is_complex();

    public static bool is_integral(Tensor t) => t.is_integral();

    public static bool is_tensor(object obj) => obj is Tensor;

    public static long numel(Tensor input) => input.numel();
}
