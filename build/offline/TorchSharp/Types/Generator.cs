namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers. CPU generators can be made; each CUDA device has its default one.</summary>
    public class Generator : IDisposable
    {
        private IntPtr _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            if (this.device.type != DeviceType.CPU)
                throw new NotSupportedException($"A generator of its own is only available on the CPU, not on {this.device}.");
            _handle = NativeError.Check(NativeMethods.avsr_generator_new(seed));
        }

        private Generator(IntPtr handle, Device device) => (_handle, this.device) = (handle, device);

        ~Generator() => Dispose(false);

        public static Generator Default => DefaultOf(CPU);

        public IntPtr Handle => _handle != IntPtr.Zero ? _handle : throw new ObjectDisposedException(nameof(Generator));

        public Device device { get; }

        public Generator manual_seed(long seed)
        {
            NativeError.Check(NativeMethods.avsr_generator_set_seed(Handle, seed));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>Draws a fresh seed from the system and uses it.</summary>
        public long seed()
        {
            long result = NativeMethods.avsr_generator_seed(Handle, 1);
            GC.KeepAlive(this);
            return result;
        }

        public long initial_seed()
        {
            long result = NativeMethods.avsr_generator_seed(Handle, 0);
            GC.KeepAlive(this);
            return result;
        }

        public Tensor get_state()
        {
            var state = new Tensor(NativeError.Check(NativeMethods.avsr_generator_get_state(Handle)));
            GC.KeepAlive(this);
            return state;
        }

        public void set_state(Tensor value)
        {
            NativeError.Check(NativeMethods.avsr_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var handle = Interlocked.Exchange(ref _handle, IntPtr.Zero);
            if (handle != IntPtr.Zero)
                NativeMethods.avsr_generator_release(handle);
        }

        internal static Generator DefaultOf(Device device)
            => new(NativeError.Check(NativeMethods.avsr_generator_default(device.NativeType, device.index)), device);
    }

    /// <summary>Seeds every device's default generator; returns the CPU's.</summary>
    public static Generator manual_seed(long seed)
    {
        NativeError.Check(NativeMethods.avsr_manual_seed(seed));
        return Generator.Default;
    }

    public static long seed()
    {
        using var generator = Generator.Default;
        return generator.seed();
    }

    public static long initial_seed()
    {
        using var generator = Generator.Default;
        return generator.initial_seed();
    }

    public static Tensor get_rng_state()
    {
        using var generator = Generator.Default;
        return generator.get_state();
    }

    public static void set_rng_state(Tensor new_state)
    {
        using var generator = Generator.Default;
        generator.set_state(new_state);
    }

    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static long seed() => torch.seed();

        public static long initial_seed() => torch.initial_seed();

        public static Tensor get_rng_state() => torch.get_rng_state();

        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }
}
