using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>A table of vectors, looked up by number.</summary>
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        private readonly long _paddingIndex;
        private readonly double? _maxNorm;
        private readonly double _normType;
        private readonly bool _scaleGradByFrequency;
        private readonly bool _sparse;
        private Parameter _weight; // [numbers, width]

        internal Embedding(Parameter weight, long? paddingIndex, double? maxNorm, double normType, bool scaleGradByFrequency, bool sparse)
            : base(nameof(Embedding))
        {
            var count = weight.shape[0];
            if (paddingIndex is { } index && (index >= count || index < -count))
            {
                throw new ArgumentOutOfRangeException(nameof(paddingIndex), index, $"padding_idx must lie in [-{count}, {count - 1}].");
            }

            _weight = weight;
            _paddingIndex = paddingIndex is { } given ? (given < 0 ? given + count : given) : -1;
            _maxNorm = maxNorm;
            _normType = normType;
            _scaleGradByFrequency = scaleGradByFrequency;
            _sparse = sparse;
            ConditionallyRegisterParameter("weight", _weight);
        }

        public Parameter weight
        {
            get => _weight;
            set => ConditionallyRegisterParameter("weight", _weight = value);
        }

        protected override void RegisterComponents()
        {
            // The constructor has registered them.
        }

        public override Tensor forward(Tensor input)
            => nn.functional.Embed(input, _weight, _paddingIndex, _maxNorm, _normType, _scaleGradByFrequency, _sparse);

        internal void ZeroPadding()
        {
            if (_paddingIndex < 0)
            {
                return;
            }

            using var _ = no_grad();
            using var row = _weight.select(0, _paddingIndex);
            row.zero_();
        }
    }

    /// <summary>A PReLU with one slope, or one per channel.</summary>
    public sealed class PReLU : nn.Module<Tensor, Tensor>
    {
        private Parameter _weight; // [1] or [channels]

        internal PReLU(long parameters, double init, Device? device, ScalarType? dtype)
            : base(nameof(PReLU))
        {
            _weight = new Parameter(full([parameters], init, dtype: dtype ?? get_default_dtype(), device: device));
            ConditionallyRegisterParameter("weight", _weight);
        }

        public Parameter weight
        {
            get => _weight;
            set => ConditionallyRegisterParameter("weight", _weight = value);
        }

        protected override void RegisterComponents()
        {
            // The constructor has registered it.
        }

        public override Tensor forward(Tensor tensor) => nn.functional.prelu(tensor, _weight);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                var weight = new Modules.Parameter(empty(num_embeddings, embedding_dims, dtype: dtype, device: device));
                init.normal_(weight);
                var module = new Modules.Embedding(weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
                module.ZeroPadding();
                return module;
            }

            public static Modules.Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                using var detached = embeddings.detach();
                var values = detached.to(dtype ?? embeddings.dtype, device ?? embeddings.device);
                return new(new Modules.Parameter(values, !freeze), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
            }

            public static Modules.PReLU PReLU(long num_parameters, double init = 0.25, Device? device = null, ScalarType? dtype = null)
                => new(num_parameters, init, device, dtype);
        }
    }
}
