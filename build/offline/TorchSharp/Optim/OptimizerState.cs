using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimiser remembers about one parameter.</summary>
public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter)
    {
        _parameter = parameter;
    }

    public abstract void Initialize(OptimizerOptions options);

    public abstract void LoadStateDict(BinaryReader reader);

    public abstract void LoadStateDict(OptimizerState source);

    public abstract void SaveStateDict(BinaryWriter writer);

    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    public virtual void to(Device device)
    {
    }

    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        if (tensor is not null)
        {
            TensorStream.Write(writer, tensor);
        }
    }

    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor? result, Device device)
    {
        if (reader.ReadBoolean())
        {
            Replace(ref result, TensorStream.Read(reader), device);
        }
        else
        {
            result?.Dispose();
            result = null;
        }
    }

    /// <summary>Takes a freshly made tensor as state, on a device and outside of any scope.</summary>
    internal static void Replace(ref Tensor? state, Tensor fresh, Device device)
    {
        var moved = fresh.to(device);
        if (!ReferenceEquals(moved, fresh))
        {
            fresh.Dispose();
        }

        state?.Dispose();
        state = moved.DetachFromDisposeScope();
    }

    internal static bool Close(Tensor? left, Tensor? right)
        => left is null ? right is null : right is not null && left.allclose(right);
}
