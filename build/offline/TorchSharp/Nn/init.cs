namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>In-place initialisers. They draw the same numbers from the same seed as PyTorch's.</summary>
        public static partial class init
        {
            private static readonly OpHandle s_uniform = Op.Find("aten::uniform_");
            private static readonly OpHandle s_normal = Op.Find("aten::normal_");
            private static readonly OpHandle s_fill = Op.Find("aten::fill_", "Scalar");
            private static readonly OpHandle s_erfinv = Op.Find("aten::erfinv_");
            private static readonly OpHandle s_mul = Op.Find("aten::mul_", "Scalar");
            private static readonly OpHandle s_add = Op.Find("aten::add_", "Scalar");
            private static readonly OpHandle s_clamp = Op.Find("aten::clamp_");

            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null)
            {
                using var _ = no_grad();
                Op.CallVoid(s_uniform, tensor, low, high, generator);
                return tensor;
            }

            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null)
            {
                using var _ = no_grad();
                Op.CallVoid(s_normal, tensor, mean, std, generator);
                return tensor;
            }

            public static Tensor constant_(Tensor tensor, Scalar val)
            {
                using var _ = no_grad();
                Op.CallVoid(s_fill, tensor, val);
                return tensor;
            }

            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1.0);

            public static Tensor zeros_(Tensor tensor) => constant_(tensor, 0.0);

            /// <summary>Normal values, cut off at [a, b] by inverting the distribution function.</summary>
            public static Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2, Generator? generator = null)
            {
                static double Below(double x) => 0.5 * (1 + special_erf(x / Math.Sqrt(2)));

                using var _ = no_grad();
                var low = Below((a - mean) / std);
                var high = Below((b - mean) / std);
                Op.CallVoid(s_uniform, tensor, (2 * low) - 1, (2 * high) - 1, generator);
                Op.CallVoid(s_erfinv, tensor);
                Op.CallVoid(s_mul, tensor, std * Math.Sqrt(2));
                Op.CallVoid(s_add, tensor, mean, 1L);
                Op.CallVoid(s_clamp, tensor, a, b);
                return tensor;
            }

            // .NET has no error function; libtorch's keeps full double precision.
            private static double special_erf(double x)
            {
                using var value = full([1], x, dtype: ScalarType.Float64, device: CPU);
                using var result = Op.Call(s_erf, value);
                return result.item<double>();
            }

            private static readonly OpHandle s_erf = Op.Find("aten::erf");

            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                var bound = Math.Sqrt(3.0) * gain * Math.Sqrt(2.0 / (fanIn + fanOut));
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor xavier_normal_(Tensor tensor, double gain = 1)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return normal_(tensor, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)));
            }

            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = Math.Sqrt(3.0) * KaimingStd(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
                => normal_(tensor, 0, KaimingStd(tensor, a, mode, nonlinearity));

            private static double KaimingStd(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2.0),
                NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1 + (param * param))),
                _ => 1,
            };

            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2)
                {
                    throw new ArgumentException($"Fan in and fan out need at least two dimensions; this tensor has {shape.Length}.", nameof(tensor));
                }

                var receptive = 1L;
                foreach (var size in shape.AsSpan(2))
                {
                    receptive *= size;
                }

                return (shape[1] * receptive, shape[0] * receptive);
            }

            /// <summary>What PyTorch's linear and convolution layers start from: weight first, then bias.</summary>
            internal static void ResetLinear(Tensor weight, Tensor? bias)
            {
                kaiming_uniform_(weight, Math.Sqrt(5));
                if (bias is not null)
                {
                    var bound = 1 / Math.Sqrt(CalculateFanInAndFanOut(weight).fanIn);
                    uniform_(bias, -bound, bound);
                }
            }
        }
    }
}
