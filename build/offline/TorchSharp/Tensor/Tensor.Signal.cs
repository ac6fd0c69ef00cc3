namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor stft(long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, PaddingModes pad_mode = PaddingModes.Reflect, bool normalized = false, bool? onesided = null, bool? return_complex = null)
        {
            string mode = pad_mode.ToString().ToLowerInvariant();
            return Op.Call(
                Aten.stft_center, this, n_fft, hop_length == -1 ? null : (long?)hop_length, win_length == -1 ? null : (long?)win_length,
                window, center, mode, normalized, onesided, return_complex);
        }

        public Tensor istft(long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, bool normalized = false, bool? onesided = null, long length = -1, bool return_complex = false) => Op.Call(
            Aten.istft, this, n_fft, hop_length == -1 ? null : (long?)hop_length, win_length == -1 ? null : (long?)win_length,
            window, center, normalized, onesided, length == -1 ? null : (long?)length, return_complex);
    }
}
