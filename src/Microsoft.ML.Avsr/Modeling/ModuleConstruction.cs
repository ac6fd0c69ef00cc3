using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Where a module's parameters are made, in which precision, and whether random values are drawn for them.</summary>
/// <remarks>
/// A checkpoint overwrites every parameter, so drawing random values first would be wasted time:
/// use <see cref="ForLoading"/> there. <see cref="Meta"/> makes shapes without memory, for counting parameters of large models.
/// </remarks>
public sealed record ModuleConstruction
{
    /// <summary>The device that holds the parameters; null is the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Element type of the parameters.</summary>
    public ScalarType DType { get; init; } = ScalarType.Float32;

    /// <summary>True draws initial values; false leaves the memory of random-initialised parameters as it is.</summary>
    public bool Initialize { get; init; } = true;

    /// <summary>Random initial values on the CPU in float32.</summary>
    public static ModuleConstruction Default { get; } = new();

    /// <summary>No random values: every parameter is about to be loaded.</summary>
    public static ModuleConstruction ForLoading { get; } = new() { Initialize = false };

    /// <summary>Shapes only, without memory.</summary>
    public static ModuleConstruction Meta => new() { Device = META, Initialize = false };

    private bool IsMeta => Device is not null && Device.type == DeviceType.META;

    /// <summary>A parameter with values uniform in [-bound, bound].</summary>
    internal Parameter Uniform(double bound, params long[] shape) =>
        Make(shape, Initialize && !IsMeta ? t => t.uniform_(-bound, bound) : null);

    /// <summary>A parameter with values from N(0, deviation²).</summary>
    internal Parameter Normal(double deviation, params long[] shape) =>
        Make(shape, Initialize && !IsMeta ? t => t.normal_(0, deviation) : null);

    /// <summary>A parameter filled with one value (always: it costs nothing and keeps norms sane).</summary>
    internal Parameter Constant(double value, params long[] shape) =>
        Make(shape, IsMeta ? null : t => t.fill_(value));

    /// <summary>A buffer filled with one value.</summary>
    internal Tensor Buffer(double value, ScalarType dtype, params long[] shape)
    {
        var tensor = empty(shape, dtype: dtype, device: Device);
        if (!IsMeta)
            tensor.fill_(value);
        return tensor.DetachFromDisposeScope();
    }

    private Parameter Make(long[] shape, Func<Tensor, Tensor>? fill)
    {
        var tensor = empty(shape, dtype: DType, device: Device);
        fill?.Invoke(tensor);
        var parameter = new Parameter(tensor);
        // A module may be built inside somebody's dispose scope; its parameters must outlive that scope.
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
