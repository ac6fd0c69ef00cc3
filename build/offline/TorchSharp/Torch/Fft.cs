namespace TorchSharp;

public static partial class torch
{
    /// <summary>Fourier transforms; n = -1 keeps the input's length.</summary>
    public static class fft
    {
        public static Tensor fft_(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward)
            => Op.Call(Aten.fft_fft, input, Length(n), dim, Name(norm));

        public static Tensor ifft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward)
            => Op.Call(Aten.fft_ifft, input, Length(n), dim, Name(norm));

        public static Tensor rfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward)
            => Op.Call(Aten.fft_rfft, input, Length(n), dim, Name(norm));

        public static Tensor irfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward)
            => Op.Call(Aten.fft_irfft, input, Length(n), dim, Name(norm));

        public static Tensor fftfreq(long n, double d = 1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Create(Aten.fft_fftfreq, [n, d], dtype, device, requires_grad);

        public static Tensor rfftfreq(long n, double d = 1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
            => Create(Aten.fft_rfftfreq, [n, d], dtype, device, requires_grad);

        private static long? Length(long n) => n == -1 ? null : n;

        private static string Name(FFTNormType norm) => norm.ToString().ToLowerInvariant();
    }
}
