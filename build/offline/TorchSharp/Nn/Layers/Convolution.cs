using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the convolutions share: parameters, their start values, and padding.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly OpHandle _op;
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long[] _dilation;
    private readonly long _groups;
    private readonly PaddingModes _mode;
    private readonly bool _same;
    private readonly long[] _aroundInput;

    private protected Parameter _weight; // [outputs, inputs / groups, kernel...]
    private protected Parameter? _bias; // [outputs]

    protected long input_channels;

    private protected Convolution(
        string name, long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, bool same, long[]? dilation,
        PaddingModes mode, long groups, bool hasBias, Device? device, ScalarType? dtype)
        : base(name)
    {
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(groups), groups, $"groups must divide the {inputs} input and the {outputs} output channels.");
        }

        var rank = kernel.Length;
        input_channels = inputs;
        _stride = stride ?? Filled(rank, 1);
        _dilation = dilation ?? Filled(rank, 1);
        _same = same && mode is PaddingModes.Zeros or PaddingModes.Constant;
        _op = Op.Find($"aten::conv{rank}d", _same ? "padding" : "");
        _groups = groups;
        _mode = mode;

        // Amounts before and after each dimension, last dimension first, as pad wants them.
        _aroundInput = new long[2 * rank];
        for (var i = 0; i < rank; i++)
        {
            var slot = 2 * (rank - 1 - i);
            var total = same ? _dilation[i] * (kernel[i] - 1) : 2 * (padding?[i] ?? 0);
            _aroundInput[slot] = total / 2;
            _aroundInput[slot + 1] = total - (total / 2);
        }

        if (same && _stride.Any(step => step != 1))
        {
            throw new ArgumentException("Padding.Same needs a stride of 1.", nameof(stride));
        }

        // With other modes the input is padded first, and the convolution adds nothing.
        _padding = mode is PaddingModes.Zeros or PaddingModes.Constant ? padding ?? Filled(rank, 0) : Filled(rank, 0);

        _weight = new Parameter(empty([outputs, inputs / groups, .. kernel], dtype: dtype, device: device));
        _bias = hasBias ? new Parameter(empty(outputs, dtype: dtype, device: device)) : null;
        nn.init.ResetLinear(_weight, _bias);
        ConditionallyRegisterParameter("weight", _weight);
        ConditionallyRegisterParameter("bias", _bias);
    }

    protected override void RegisterComponents()
    {
        // The constructor has registered them.
    }

    protected bool ValidateShape(Tensor input, long dimensions)
    {
        var shape = input.shape;
        var unbatched = shape.Length == dimensions + 1;
        return (unbatched || shape.Length == dimensions + 2) && shape[unbatched ? 0 : 1] == input_channels;
    }

    private protected Tensor Convolve(Tensor input)
    {
        if (!ValidateShape(input, _stride.Length))
        {
            throw new ArgumentException(
                $"{GetName()} expects [batch, {input_channels}, ...{_stride.Length} dimensions]; the input is [{string.Join(", ", input.shape)}].",
                nameof(input));
        }

        if (_mode is PaddingModes.Zeros or PaddingModes.Constant)
        {
            return _same
                ? Op.Call(_op, input, _weight, _bias, _stride, "same", _dilation, _groups)
                : Op.Call(_op, input, _weight, _bias, _stride, _padding, _dilation, _groups);
        }

        using var padded = nn.functional.pad(input, _aroundInput, _mode);
        return Op.Call(_op, padded, _weight, _bias, _stride, _padding, _dilation, _groups);
    }

    private protected void SetWeight(Parameter value) => ConditionallyRegisterParameter("weight", _weight = value);

    private protected void SetBias(Parameter? value) => ConditionallyRegisterParameter("bias", _bias = value);

    private static long[] Filled(int rank, long value)
    {
        var result = new long[rank];
        Array.Fill(result, value);
        return result;
    }
}
