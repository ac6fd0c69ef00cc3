namespace TorchSharp.Modules;

/// <summary>A tensor that a module trains. It takes the given tensor over: the tensor passed in is empty afterwards.</summary>
public class Parameter : torch.Tensor
{
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(Take(data, requires_grad))
    {
    }

    private static IntPtr Take(torch.Tensor data, bool requiresGrad)
    {
        ArgumentNullException.ThrowIfNull(data);
        data.requires_grad = requiresGrad;
        return data.DecoupleFromNativeHandle();
    }
}
