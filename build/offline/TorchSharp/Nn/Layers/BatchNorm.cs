using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>The state behind the three batch norms: they differ in the ranks that they accept.</summary>
    internal sealed class BatchNormState
    {
        private static readonly OpHandle s_addInPlace = Op.Find("aten::add_", "Scalar");
        private readonly double _eps;
        private readonly double _momentum;

        public BatchNormState(long features, double eps, double momentum, bool affine, bool trackRunningStats, Device? device, ScalarType? dtype)
        {
            _eps = eps;
            _momentum = momentum;
            Weight = affine ? new Parameter(ones(features, dtype: dtype, device: device)) : null;
            Bias = affine ? new Parameter(zeros(features, dtype: dtype, device: device)) : null;
            if (trackRunningStats)
            {
                RunningMean = zeros(features, dtype: dtype, device: device);
                RunningVariance = ones(features, dtype: dtype, device: device);
                Batches = zeros(Array.Empty<long>(), dtype: ScalarType.Int64, device: device);
            }
        }

        public Parameter? Weight { get; set; }

        public Parameter? Bias { get; set; }

        public Tensor? RunningMean { get; set; }

        public Tensor? RunningVariance { get; set; }

        public Tensor? Batches { get; }

        public Tensor Normalize(Tensor input, bool training)
        {
            if (training && Batches is not null)
            {
                using var _ = no_grad();
                Op.CallVoid(s_addInPlace, Batches, 1L, 1L);
            }

            // Without running statistics those of the batch serve in evaluation, too.
            return nn.functional.batch_norm(input, RunningMean!, RunningVariance!, Weight, Bias, training || RunningMean is null, _momentum, _eps);
        }

        public void Reset()
        {
            using var _ = no_grad();
            RunningMean?.zero_();
            RunningVariance?.fill_(1.0);
            Batches?.zero_();
        }
    }

    public sealed class BatchNorm1d : nn.Module<Tensor, Tensor>
    {
        private readonly BatchNormState _state;

        internal BatchNorm1d(long features, double eps, double momentum, bool affine, bool trackRunningStats, Device? device, ScalarType? dtype)
            : base(nameof(BatchNorm1d))
        {
            _state = new BatchNormState(features, eps, momentum, affine, trackRunningStats, device, dtype);
            ConditionallyRegisterParameter("weight", _state.Weight);
            ConditionallyRegisterParameter("bias", _state.Bias);
            ConditionallyRegisterBuffer("running_mean", _state.RunningMean);
            ConditionallyRegisterBuffer("running_var", _state.RunningVariance);
            ConditionallyRegisterBuffer("num_batches_tracked", _state.Batches);
        }

        public Parameter? weight
        {
            get => _state.Weight;
            set => ConditionallyRegisterParameter("weight", _state.Weight = value);
        }

        public Parameter? bias
        {
            get => _state.Bias;
            set => ConditionallyRegisterParameter("bias", _state.Bias = value);
        }

        public Tensor? running_mean
        {
            get => _state.RunningMean;
            set => ConditionallyRegisterBuffer("running_mean", _state.RunningMean = value);
        }

        public Tensor? running_var
        {
            get => _state.RunningVariance;
            set => ConditionallyRegisterBuffer("running_var", _state.RunningVariance = value);
        }

        public Tensor? num_batches_tracked => _state.Batches;

        public void reset_running_stats() => _state.Reset();

        protected override void RegisterComponents()
        {
            // The constructor has registered them.
        }

        public override Tensor forward(Tensor tensor)
        {
            if (tensor.dim() is not (2 or 3))
            {
                throw new ArgumentException($"BatchNorm1d expects 2 or 3 dimensions, not {tensor.dim()}.", nameof(tensor));
            }

            return _state.Normalize(tensor, training);
        }
    }

    public sealed class BatchNorm2d : nn.Module<Tensor, Tensor>
    {
        private readonly BatchNormState _state;

        internal BatchNorm2d(long features, double eps, double momentum, bool affine, bool trackRunningStats, Device? device, ScalarType? dtype)
            : base(nameof(BatchNorm2d))
        {
            _state = new BatchNormState(features, eps, momentum, affine, trackRunningStats, device, dtype);
            ConditionallyRegisterParameter("weight", _state.Weight);
            ConditionallyRegisterParameter("bias", _state.Bias);
            ConditionallyRegisterBuffer("running_mean", _state.RunningMean);
            ConditionallyRegisterBuffer("running_var", _state.RunningVariance);
            ConditionallyRegisterBuffer("num_batches_tracked", _state.Batches);
        }

        public Parameter? weight
        {
            get => _state.Weight;
            set => ConditionallyRegisterParameter("weight", _state.Weight = value);
        }

        public Parameter? bias
        {
            get => _state.Bias;
            set => ConditionallyRegisterParameter("bias", _state.Bias = value);
        }

        public Tensor? running_mean
        {
            get => _state.RunningMean;
            set => ConditionallyRegisterBuffer("running_mean", _state.RunningMean = value);
        }

        public Tensor? running_var
        {
            get => _state.RunningVariance;
            set => ConditionallyRegisterBuffer("running_var", _state.RunningVariance = value);
        }

        public Tensor? num_batches_tracked => _state.Batches;

        public void reset_running_stats() => _state.Reset();

        protected override void RegisterComponents()
        {
            // The constructor has registered them.
        }

        public override Tensor forward(Tensor tensor)
        {
            if (tensor.dim() != 4)
            {
                throw new ArgumentException($"BatchNorm2d expects 4 dimensions, not {tensor.dim()}.", nameof(tensor));
            }

            return _state.Normalize(tensor, training);
        }
    }

    public sealed class BatchNorm3d : nn.Module<Tensor, Tensor>
    {
        private readonly BatchNormState _state;

        internal BatchNorm3d(long features, double eps, double momentum, bool affine, bool trackRunningStats, Device? device, ScalarType? dtype)
            : base(nameof(BatchNorm3d))
        {
            _state = new BatchNormState(features, eps, momentum, affine, trackRunningStats, device, dtype);
            ConditionallyRegisterParameter("weight", _state.Weight);
            ConditionallyRegisterParameter("bias", _state.Bias);
            ConditionallyRegisterBuffer("running_mean", _state.RunningMean);
            ConditionallyRegisterBuffer("running_var", _state.RunningVariance);
            ConditionallyRegisterBuffer("num_batches_tracked", _state.Batches);
        }

        public Parameter? weight
        {
            get => _state.Weight;
            set => ConditionallyRegisterParameter("weight", _state.Weight = value);
        }

        public Parameter? bias
        {
            get => _state.Bias;
            set => ConditionallyRegisterParameter("bias", _state.Bias = value);
        }

        public Tensor? running_mean
        {
            get => _state.RunningMean;
            set => ConditionallyRegisterBuffer("running_mean", _state.RunningMean = value);
        }

        public Tensor? running_var
        {
            get => _state.RunningVariance;
            set => ConditionallyRegisterBuffer("running_var", _state.RunningVariance = value);
        }

        public Tensor? num_batches_tracked => _state.Batches;

        public void reset_running_stats() => _state.Reset();

        protected override void RegisterComponents()
        {
            // The constructor has registered them.
        }

        public override Tensor forward(Tensor tensor)
        {
            if (tensor.dim() != 5)
            {
                throw new ArgumentException($"BatchNorm3d expects 5 dimensions, not {tensor.dim()}.", nameof(tensor));
            }

            return _state.Normalize(tensor, training);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.BatchNorm1d BatchNorm1d(long features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null)
                => new(features, eps, momentum, affine, track_running_stats, device, dtype);

            public static Modules.BatchNorm2d BatchNorm2d(long features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null)
                => new(features, eps, momentum, affine, track_running_stats, device, dtype);

            public static Modules.BatchNorm3d BatchNorm3d(long features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null)
                => new(features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}
