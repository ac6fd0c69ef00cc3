using System.Buffers;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The elements, readable and writable in place.</summary>
        /// <exception cref="ArgumentException">T is not the tensor's element type.</exception>
        /// <exception cref="InvalidOperationException">The tensor is not in CPU memory.</exception>
        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            RequireCpu();
            if (TypeOf(typeof(T)) != dtype)
                throw new ArgumentException($"{typeof(T).Name} is not compatible with {dtype}");
            return new TensorAccessor<T>(this);
        }

        /// <summary>The value of a tensor with one element.</summary>
        public T item<T>()
            where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new ArgumentException("Number of elements in the tensor must be 1");
            return data<T>()[0];
        }

        public Scalar ToScalar() => Op.CallScalar(Aten._local_scalar_dense, NumberOfElements == 1
            ? this
            : throw new InvalidOperationException($"A tensor of {NumberOfElements} elements is not a number."));

        /// <summary>The memory of a contiguous CPU tensor.</summary>
        public Span<byte> bytes
        {
            get
            {
                RequireCpu();
                if (!is_contiguous())
                    throw new NotImplementedException("Bytes property of non-contiguous tensors.");
                return RawBytes();
            }

            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"Got {value.Length} bytes for a tensor of {target.Length}.", nameof(value));
                value.CopyTo(target);
            }
        }

        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            var source = bytes;
            for (int offset = 0; offset < source.Length; offset += bufferSize)
                stream.Write(source.Slice(offset, Math.Min(bufferSize, source.Length - offset)));
            GC.KeepAlive(this);
        }

        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            stream.ReadExactly(bytes);
            GC.KeepAlive(this);
        }

        public Tensor T => Op.Call(Aten.numpy_T, this);

        public Tensor mT => Op.Call(Aten.mT, this);

        public Tensor H => Op.Call(Aten.matrix_H, this);

        public Tensor mH => Op.Call(Aten.mH, this);

        public Tensor real => Op.Call(Aten.real, this);

        public Tensor imag => Op.Call(Aten.imag, this);

        internal unsafe Span<byte> RawBytes()
        {
            long length = NumberOfElements * ElementSize;
            return length == 0 ? default : new Span<byte>((void*)DataPointer(), checked((int)length));
        }

        internal IntPtr DataPointer() => Rooted(NativeMethods.avsr_tensor_data(Handle));

        private void RequireCpu()
        {
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        }
    }
}
