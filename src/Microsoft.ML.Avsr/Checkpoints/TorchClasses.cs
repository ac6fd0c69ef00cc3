using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>The few Python names that the reader gives a meaning to, and those that no weights file has a reason to name.</summary>
internal static class TorchClasses
{
    // Names whose only use in a pickle is to run code. They could stay inert data like any other, but a file that holds one is an attack.
    private static readonly HashSet<string> s_attacks = new(StringComparer.Ordinal)
    {
        "os", "posix", "nt", "subprocess", "sys", "socket", "shutil", "runpy", "importlib", "pty", "ctypes", "webbrowser", "code",
        "timeit", "pdb", "bdb", "commands", "popen2", "asyncio", "pip", "marshal", "operator",
    };

    private static readonly HashSet<string> s_attackFunctions = new(StringComparer.Ordinal)
    {
        "eval", "exec", "execfile", "compile", "open", "__import__", "input", "breakpoint", "globals", "locals", "vars", "apply", "setattr", "delattr",
    };

    public static bool IsAttack(string module, string name)
    {
        var dot = module.IndexOf('.');
        var top = dot < 0 ? module : module[..dot];
        if (top is "builtins" or "__builtin__")
        {
            var first = name.IndexOf('.');
            return s_attackFunctions.Contains(first < 0 ? name : name[..first]);
        }
        return s_attacks.Contains(top) || name.StartsWith("__", StringComparison.Ordinal);
    }

    public static ScalarType? StorageType(string name) => name switch
    {
        "torch.FloatStorage" => ScalarType.Float32,
        "torch.HalfStorage" => ScalarType.Float16,
        "torch.BFloat16Storage" => ScalarType.BFloat16,
        "torch.DoubleStorage" => ScalarType.Float64,
        "torch.LongStorage" => ScalarType.Int64,
        "torch.IntStorage" => ScalarType.Int32,
        "torch.ShortStorage" => ScalarType.Int16,
        "torch.CharStorage" => ScalarType.Int8,
        "torch.ByteStorage" => ScalarType.Byte,
        "torch.BoolStorage" => ScalarType.Bool,
        "torch.ComplexFloatStorage" => ScalarType.ComplexFloat32,
        "torch.ComplexDoubleStorage" => ScalarType.ComplexFloat64,
        _ => null,
    };

    public static bool IsUntypedStorage(string name) =>
        name is "torch.storage.UntypedStorage" or "torch.UntypedStorage" or "torch.storage._UntypedStorage";

    public static ScalarType? DType(string? name) => name switch
    {
        "torch.float32" or "torch.float" => ScalarType.Float32,
        "torch.float16" or "torch.half" => ScalarType.Float16,
        "torch.bfloat16" => ScalarType.BFloat16,
        "torch.float64" or "torch.double" => ScalarType.Float64,
        "torch.int64" or "torch.long" => ScalarType.Int64,
        "torch.int32" or "torch.int" => ScalarType.Int32,
        "torch.int16" or "torch.short" => ScalarType.Int16,
        "torch.int8" => ScalarType.Int8,
        "torch.uint8" => ScalarType.Byte,
        "torch.bool" => ScalarType.Bool,
        "torch.complex64" => ScalarType.ComplexFloat32,
        "torch.complex128" => ScalarType.ComplexFloat64,
        _ => null,
    };
}
