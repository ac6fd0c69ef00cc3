using System.Text;

namespace TorchSharp;

/// <summary>A libtorch operator, looked up at its first call.</summary>
internal sealed class OpHandle(string name, string overload)
{
    private IntPtr _handle;

    internal string Name => overload.Length == 0 ? name : $"{name}.{overload}";

    /// <summary>The native entry.</summary>
    /// <exception cref="NotSupportedException">This libtorch has no such operator.</exception>
    internal IntPtr Resolve()
    {
        var handle = Volatile.Read(ref _handle);
        return handle != IntPtr.Zero ? handle : Find() is var found && found != IntPtr.Zero
            ? found
            : throw new NotSupportedException($"The loaded libtorch has no operator {Name}.");
    }

    internal bool Exists => Volatile.Read(ref _handle) != IntPtr.Zero || Find() != IntPtr.Zero;

    // Two threads may both look it up; both get an equally good entry.
    private unsafe IntPtr Find()
    {
        fixed (byte* nameBytes = Encoding.UTF8.GetBytes(name + '\0'), overloadBytes = Encoding.UTF8.GetBytes(overload + '\0'))
        {
            var found = NativeMethods.avsr_op_find(nameBytes, overloadBytes);
            Volatile.Write(ref _handle, found);
            return found;
        }
    }
}
