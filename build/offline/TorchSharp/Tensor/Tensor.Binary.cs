namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Scalar scalar) => Op.Call(Aten.add_Tensor, this, scalar);

        public Tensor add(Scalar scalar, Scalar alpha) => Op.Call(Aten.add_Tensor, this, scalar, alpha);

        public Tensor add(Tensor target) => Op.Call(Aten.add_Tensor, this, target);

        public Tensor add(Tensor target, Scalar alpha) => Op.Call(Aten.add_Tensor, this, target, alpha);

        public Tensor add_(Scalar scalar)
        {
            Op.CallVoid(Aten.add__Tensor, this, scalar);
            return this;
        }

        public Tensor add_(Scalar scalar, Scalar alpha)
        {
            Op.CallVoid(Aten.add__Tensor, this, scalar, alpha);
            return this;
        }

        public Tensor add_(Tensor target)
        {
            Op.CallVoid(Aten.add__Tensor, this, target);
            return this;
        }

        public Tensor add_(Tensor target, Scalar alpha)
        {
            Op.CallVoid(Aten.add__Tensor, this, target, alpha);
            return this;
        }

        public Tensor sub(Scalar target) => Op.Call(Aten.sub_Tensor, this, target);

        public Tensor sub(Tensor target) => Op.Call(Aten.sub_Tensor, this, target);

        public Tensor sub_(Scalar target)
        {
            Op.CallVoid(Aten.sub__Tensor, this, target);
            return this;
        }

        public Tensor sub_(Tensor target)
        {
            Op.CallVoid(Aten.sub__Tensor, this, target);
            return this;
        }

        public Tensor subtract(Scalar target) => Op.Call(Aten.sub_Tensor, this, target);

        public Tensor subtract(Tensor target) => Op.Call(Aten.sub_Tensor, this, target);

        public Tensor subtract_(Scalar target)
        {
            Op.CallVoid(Aten.sub__Tensor, this, target);
            return this;
        }

        public Tensor subtract_(Tensor target)
        {
            Op.CallVoid(Aten.sub__Tensor, this, target);
            return this;
        }

        public Tensor mul(Scalar target) => Op.Call(Aten.mul_Tensor, this, target);

        public Tensor mul(Tensor target) => Op.Call(Aten.mul_Tensor, this, target);

        public Tensor mul_(Scalar target)
        {
            Op.CallVoid(Aten.mul__Tensor, this, target);
            return this;
        }

        public Tensor mul_(Tensor target)
        {
            Op.CallVoid(Aten.mul__Tensor, this, target);
            return this;
        }

        public Tensor multiply(Scalar target) => Op.Call(Aten.mul_Tensor, this, target);

        public Tensor multiply(Tensor target) => Op.Call(Aten.mul_Tensor, this, target);

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Op.Call(Aten.div_Tensor_mode, this, target, Mode(rounding_mode));

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Op.Call(Aten.div_Tensor_mode, this, target, Mode(rounding_mode));

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
        {
            Op.CallVoid(Aten.div__Tensor_mode, this, target, Mode(rounding_mode));
            return this;
        }

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            Op.CallVoid(Aten.div__Tensor_mode, this, target, Mode(rounding_mode));
            return this;
        }

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Op.Call(Aten.div_Tensor_mode, this, target, Mode(rounding_mode));

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Op.Call(Aten.div_Tensor_mode, this, target, Mode(rounding_mode));

        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
        {
            Op.CallVoid(Aten.div__Tensor_mode, this, target, Mode(rounding_mode));
            return this;
        }

        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            Op.CallVoid(Aten.div__Tensor_mode, this, target, Mode(rounding_mode));
            return this;
        }

        public Tensor true_divide(Scalar other) => Op.Call(Aten.div_Scalar, this, other);

        public Tensor true_divide(Tensor other) => Op.Call(Aten.div_Tensor, this, other);

        public Tensor true_divide_(Scalar other)
        {
            Op.CallVoid(Aten.div__Scalar, this, other);
            return this;
        }

        public Tensor true_divide_(Tensor other)
        {
            Op.CallVoid(Aten.div__Tensor, this, other);
            return this;
        }

        public Tensor floor_divide(Scalar other) => Op.Call(Aten.floor_divide_Scalar, this, other);

        public Tensor floor_divide(Tensor other) => Op.Call(Aten.floor_divide, this, other);

        public Tensor floor_divide_(Scalar other)
        {
            Op.CallVoid(Aten.floor_divide__Scalar, this, other);
            return this;
        }

        public Tensor floor_divide_(Tensor other)
        {
            Op.CallVoid(Aten.floor_divide__Tensor, this, other);
            return this;
        }

        public Tensor fmod(Scalar scalar) => Op.Call(Aten.fmod_Scalar, this, scalar);

        public Tensor fmod(Tensor target) => Op.Call(Aten.fmod_Tensor, this, target);

        public Tensor fmod_(Scalar scalar)
        {
            Op.CallVoid(Aten.fmod__Scalar, this, scalar);
            return this;
        }

        public Tensor fmod_(Tensor target)
        {
            Op.CallVoid(Aten.fmod__Tensor, this, target);
            return this;
        }

        public Tensor remainder(Scalar scalar) => Op.Call(Aten.remainder_Scalar, this, scalar);

        public Tensor remainder(Tensor target) => Op.Call(Aten.remainder_Tensor, this, target);

        public Tensor remainder_(Scalar scalar)
        {
            Op.CallVoid(Aten.remainder__Scalar, this, scalar);
            return this;
        }

        public Tensor remainder_(Tensor target)
        {
            Op.CallVoid(Aten.remainder__Tensor, this, target);
            return this;
        }

        public Tensor pow(Scalar exponent) => Op.Call(Aten.pow_Tensor_Scalar, this, exponent);

        public Tensor pow(Tensor exponent) => Op.Call(Aten.pow_Tensor_Tensor, this, exponent);

        public Tensor pow_(Scalar exponent)
        {
            Op.CallVoid(Aten.pow__Scalar, this, exponent);
            return this;
        }

        public Tensor pow_(Tensor exponent)
        {
            Op.CallVoid(Aten.pow__Tensor, this, exponent);
            return this;
        }

        public Tensor atan2(Tensor other) => Op.Call(Aten.atan2, this, other);

        public Tensor copysign(Tensor other) => Op.Call(Aten.copysign_Tensor, this, other);

        public Tensor hypot(Tensor other) => Op.Call(Aten.hypot, this, other);

        public Tensor logaddexp(Tensor other) => Op.Call(Aten.logaddexp, this, other);

        public Tensor logaddexp2(Tensor other) => Op.Call(Aten.logaddexp2, this, other);

        public Tensor xlogy(Scalar y) => Op.Call(Aten.xlogy_Scalar_Other, this, y);

        public Tensor xlogy(Tensor y) => Op.Call(Aten.xlogy_Tensor, this, y);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Op.Call(Aten.addcmul, this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            Op.CallVoid(Aten.addcmul_, this, tensor1, tensor2, value);
            return this;
        }

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Op.Call(Aten.addcdiv, this, tensor1, tensor2);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Op.Call(Aten.addcdiv, this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2)
        {
            Op.CallVoid(Aten.addcdiv_, this, tensor1, tensor2);
            return this;
        }

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            Op.CallVoid(Aten.addcdiv_, this, tensor1, tensor2, value);
            return this;
        }

        public Tensor lerp(Tensor end, Tensor weight) => Op.Call(Aten.lerp_Tensor, this, end, weight);

        public Tensor lerp_(Tensor end, Tensor weight)
        {
            Op.CallVoid(Aten.lerp__Tensor, this, end, weight);
            return this;
        }

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Op.Call(Aten.clamp, this, min, max);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Op.Call(Aten.clamp_Tensor, this, min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null)
        {
            Op.CallVoid(Aten.clamp_, this, min, max);
            return this;
        }

        public Tensor clamp_(Tensor? min = null, Tensor? max = null)
        {
            Op.CallVoid(Aten.clamp__Tensor, this, min, max);
            return this;
        }

        public Tensor clip(Scalar? min = null, Scalar? max = null) => Op.Call(Aten.clamp, this, min, max);

        public Tensor clamp_min(Scalar min) => Op.Call(Aten.clamp_min, this, min);

        public Tensor clamp_min_(Scalar min)
        {
            Op.CallVoid(Aten.clamp_min_, this, min);
            return this;
        }

        public Tensor clamp_max(Scalar max) => Op.Call(Aten.clamp_max, this, max);

        public Tensor clamp_max_(Scalar max)
        {
            Op.CallVoid(Aten.clamp_max_, this, max);
            return this;
        }

        public Tensor float_power(Tensor target) => Op.Call(Aten.float_power_Tensor_Tensor, this, target);

        private static string? Mode(RoundingMode mode) => mode == RoundingMode.None ? null : mode.ToString();
    }
}
