namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor abs() => Op.Call(Aten.abs, this);

        public Tensor absolute() => Op.Call(Aten.abs, this);

        public Tensor acos() => Op.Call(Aten.acos, this);

        public Tensor acosh() => Op.Call(Aten.acosh, this);

        public Tensor angle() => Op.Call(Aten.angle, this);

        public Tensor asin() => Op.Call(Aten.asin, this);

        public Tensor asinh() => Op.Call(Aten.asinh, this);

        public Tensor atan() => Op.Call(Aten.atan, this);

        public Tensor atanh() => Op.Call(Aten.atanh, this);

        public Tensor ceil() => Op.Call(Aten.ceil, this);

        public Tensor conj() => Op.Call(Aten.conj, this);

        public Tensor cos() => Op.Call(Aten.cos, this);

        public Tensor cosh() => Op.Call(Aten.cosh, this);

        public Tensor deg2rad() => Op.Call(Aten.deg2rad, this);

        public Tensor rad2deg() => Op.Call(Aten.rad2deg, this);

        public Tensor digamma() => Op.Call(Aten.digamma, this);

        public Tensor erf() => Op.Call(Aten.erf, this);

        public Tensor erfc() => Op.Call(Aten.erfc, this);

        public Tensor erfinv() => Op.Call(Aten.erfinv, this);

        public Tensor exp() => Op.Call(Aten.exp, this);

        public Tensor exp2() => Op.Call(Aten.exp2, this);

        public Tensor expm1() => Op.Call(Aten.expm1, this);

        public Tensor fix() => Op.Call(Aten.trunc, this);

        public Tensor floor() => Op.Call(Aten.floor, this);

        public Tensor frac() => Op.Call(Aten.frac, this);

        public Tensor lgamma() => Op.Call(Aten.lgamma, this);

        public Tensor log() => Op.Call(Aten.log, this);

        public Tensor log10() => Op.Call(Aten.log10, this);

        public Tensor log1p() => Op.Call(Aten.log1p, this);

        public Tensor log2() => Op.Call(Aten.log2, this);

        public Tensor neg() => Op.Call(Aten.neg, this);

        public Tensor negative() => Op.Call(Aten.neg, this);

        public Tensor positive() => Op.Call(Aten.positive, this);

        public Tensor reciprocal() => Op.Call(Aten.reciprocal, this);

        public Tensor rsqrt() => Op.Call(Aten.rsqrt, this);

        public Tensor sgn() => Op.Call(Aten.sgn, this);

        public Tensor sigmoid() => Op.Call(Aten.sigmoid, this);

        public Tensor sign() => Op.Call(Aten.sign, this);

        public Tensor signbit() => Op.Call(Aten.signbit, this);

        public Tensor sin() => Op.Call(Aten.sin, this);

        public Tensor sinc() => Op.Call(Aten.sinc, this);

        public Tensor sinh() => Op.Call(Aten.sinh, this);

        public Tensor sqrt() => Op.Call(Aten.sqrt, this);

        public Tensor square() => Op.Call(Aten.square, this);

        public Tensor tan() => Op.Call(Aten.tan, this);

        public Tensor tanh() => Op.Call(Aten.tanh, this);

        public Tensor trunc() => Op.Call(Aten.trunc, this);

        public Tensor isfinite() => Op.Call(Aten.isfinite, this);

        public Tensor isinf() => Op.Call(Aten.isinf, this);

        public Tensor isnan() => Op.Call(Aten.isnan, this);

        public Tensor isneginf() => Op.Call(Aten.isneginf, this);

        public Tensor isposinf() => Op.Call(Aten.isposinf, this);

        public Tensor isreal() => Op.Call(Aten.isreal, this);

        public Tensor logical_not() => Op.Call(Aten.logical_not, this);

        public Tensor bitwise_not() => Op.Call(Aten.bitwise_not, this);

        public Tensor abs_()
        {
            Op.CallVoid(Aten.abs_, this);
            return this;
        }

        public Tensor ceil_()
        {
            Op.CallVoid(Aten.ceil_, this);
            return this;
        }

        public Tensor cos_()
        {
            Op.CallVoid(Aten.cos_, this);
            return this;
        }

        public Tensor erf_()
        {
            Op.CallVoid(Aten.erf_, this);
            return this;
        }

        public Tensor exp_()
        {
            Op.CallVoid(Aten.exp_, this);
            return this;
        }

        public Tensor expm1_()
        {
            Op.CallVoid(Aten.expm1_, this);
            return this;
        }

        public Tensor floor_()
        {
            Op.CallVoid(Aten.floor_, this);
            return this;
        }

        public Tensor log_()
        {
            Op.CallVoid(Aten.log_, this);
            return this;
        }

        public Tensor log10_()
        {
            Op.CallVoid(Aten.log10_, this);
            return this;
        }

        public Tensor log1p_()
        {
            Op.CallVoid(Aten.log1p_, this);
            return this;
        }

        public Tensor log2_()
        {
            Op.CallVoid(Aten.log2_, this);
            return this;
        }

        public Tensor neg_()
        {
            Op.CallVoid(Aten.neg_, this);
            return this;
        }

        public Tensor reciprocal_()
        {
            Op.CallVoid(Aten.reciprocal_, this);
            return this;
        }

        public Tensor rsqrt_()
        {
            Op.CallVoid(Aten.rsqrt_, this);
            return this;
        }

        public Tensor sigmoid_()
        {
            Op.CallVoid(Aten.sigmoid_, this);
            return this;
        }

        public Tensor sign_()
        {
            Op.CallVoid(Aten.sign_, this);
            return this;
        }

        public Tensor sin_()
        {
            Op.CallVoid(Aten.sin_, this);
            return this;
        }

        public Tensor sqrt_()
        {
            Op.CallVoid(Aten.sqrt_, this);
            return this;
        }

        public Tensor tanh_()
        {
            Op.CallVoid(Aten.tanh_, this);
            return this;
        }

        public Tensor trunc_()
        {
            Op.CallVoid(Aten.trunc_, this);
            return this;
        }

        public Tensor logical_not_()
        {
            Op.CallVoid(Aten.logical_not_, this);
            return this;
        }

        public Tensor bitwise_not_()
        {
            Op.CallVoid(Aten.bitwise_not_, this);
            return this;
        }

        public Tensor round(long decimals = 0) => decimals == 0 ? Op.Call(Aten.round, this) : Op.Call(Aten.round_decimals, this, decimals);

        public Tensor round_(long decimals = 0)
        {
            if (decimals == 0)
                Op.CallVoid(Aten.round_, this);
            else
                Op.CallVoid(Aten.round__decimals, this, decimals);
            return this;
        }

        public Tensor logit(double? eps = null) => Op.Call(Aten.logit, this, eps);

        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) => Op.Call(Aten.nan_to_num, this, nan, posinf, neginf);

        public Tensor relu() => Op.Call(Aten.relu, this);

        public Tensor relu_()
        {
            Op.CallVoid(Aten.relu_, this);
            return this;
        }

        public Tensor relu6() => Op.Call(Aten.relu6, this);

        public Tensor silu() => Op.Call(Aten.silu, this);

        public Tensor silu_()
        {
            Op.CallVoid(Aten.silu_, this);
            return this;
        }

        public Tensor gelu() => Op.Call(Aten.gelu, this);

        public Tensor selu() => Op.Call(Aten.selu, this);

        public Tensor softplus() => Op.Call(Aten.softplus, this);

        public Tensor log_sigmoid() => Op.Call(Aten.log_sigmoid, this);

        public Tensor hardsigmoid() => Op.Call(Aten.hardsigmoid, this);

        public Tensor hardswish() => Op.Call(Aten.hardswish, this);

        public Tensor hardtanh(Scalar min, Scalar max) => Op.Call(Aten.hardtanh, this, min, max);

        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Op.Call(Aten.elu, this, alpha, scale, input_scale);

        public Tensor celu() => Op.Call(Aten.celu, this);

        public Tensor leaky_relu(Scalar negative_slope) => Op.Call(Aten.leaky_relu, this, negative_slope);
    }
}
