using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

/// <summary>Turns the shim's failures into managed exceptions.</summary>
internal static unsafe class NativeError
{
    /// <summary>The message of this thread's last native failure: "operator: what libtorch said", without a backtrace.</summary>
    internal static ExternalException Take()
    {
        int length = NativeMethods.avsr_last_error(null, 0);
        var text = new byte[Math.Max(length, 1)];
        fixed (byte* buffer = text)
            NativeMethods.avsr_last_error(buffer, text.Length);
        return new ExternalException(Encoding.UTF8.GetString(text, 0, length).TrimEnd());
    }

    /// <summary>Throws when a native call returned its failure value, -1.</summary>
    internal static int Check(int status) => status >= 0 ? status : throw Take();

    internal static long Check(long status) => status >= 0 ? status : throw Take();

    internal static IntPtr Check(IntPtr handle) => handle != IntPtr.Zero ? handle : throw Take();
}
