using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// One reference to a libtorch tensor. The handle is the native tensor itself, so two handles are equal exactly
    /// when they are one tensor. Belongs to the dispose scope in which it was made, if any.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        // The garbage collector sees a small object; tensors this large that no scope will free are made known to it.
        private const long PressureThreshold = 1 << 20;

        private IntPtr _handle;
        private long _pressure;

        internal Tensor(IntPtr handle)
        {
            _handle = handle;
            OwningDisposeScope = DisposeScopeManager.Register(this);
            if (OwningDisposeScope is null && NativeMethods.avsr_tensor_numel(handle) >= PressureThreshold / sizeof(double))
            {
                long bytes = NativeMethods.avsr_tensor_owned_bytes(handle);
                if (bytes >= PressureThreshold)
                {
                    _pressure = bytes;
                    GC.AddMemoryPressure(bytes);
                }
            }
        }

        ~Tensor() => Dispose(false);

        /// <summary>The native tensor.</summary>
        /// <exception cref="InvalidOperationException">The tensor was disposed of.</exception>
        public IntPtr Handle
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => _handle != IntPtr.Zero ? _handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");
        }

        public bool IsInvalid => _handle == IntPtr.Zero;

        internal DisposeScope? OwningDisposeScope { get; set; }

        public void Dispose()
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            OwningDisposeScope = null;
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var handle = Interlocked.Exchange(ref _handle, IntPtr.Zero);
            if (handle == IntPtr.Zero)
                return;
            NativeMethods.avsr_tensor_release(handle);
            ReleasePressure();
        }

        /// <summary>Gives the native reference to the caller, who wraps it in another object; this one becomes invalid.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            OwningDisposeScope = null;
            GC.SuppressFinalize(this);
            ReleasePressure();
            return Interlocked.Exchange(ref _handle, IntPtr.Zero);
        }

        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is { } owner)
                owner.MoveToOther(other, this);
            else
                other?.Attach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        /// <summary>Same shape and same elements.</summary>
        public bool Equals(Tensor target) => target is not null && Op.CallScalar(Aten.equal, this, target).ToBoolean();

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

        /// <summary>Another wrapper of the same native tensor.</summary>
        internal Tensor Retained()
        {
            var copy = new Tensor(NativeMethods.avsr_tensor_retain(Handle));
            GC.KeepAlive(this);
            return copy;
        }

        private void ReleasePressure()
        {
            if (_pressure > 0)
                GC.RemoveMemoryPressure(_pressure);
            _pressure = 0;
        }
    }
}
