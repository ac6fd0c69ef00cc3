using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>x Wᵀ + b on the last dimension.</summary>
    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        private Parameter _weight; // [outputs, inputs]
        private Parameter? _bias; // [outputs]

        internal Linear(long inputs, long outputs, bool hasBias, Device? device, ScalarType? dtype)
            : base(nameof(Linear))
        {
            _weight = new Parameter(empty(outputs, inputs, dtype: dtype, device: device));
            _bias = hasBias ? new Parameter(empty(outputs, dtype: dtype, device: device)) : null;
            nn.init.ResetLinear(_weight, _bias);
            ConditionallyRegisterParameter("weight", _weight);
            ConditionallyRegisterParameter("bias", _bias);
        }

        public Parameter weight
        {
            get => _weight;
            set => ConditionallyRegisterParameter("weight", _weight = value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => ConditionallyRegisterParameter("bias", _bias = value);
        }

        protected override void RegisterComponents()
        {
            // The constructor has registered them.
        }

        public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, _weight, _bias);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
                => new(inputSize, outputSize, hasBias, device, dtype);

            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
