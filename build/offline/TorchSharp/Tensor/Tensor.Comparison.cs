namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor fmax(Tensor other) => Op.Call(Aten.fmax, this, other);

        public Tensor fmin(Tensor other) => Op.Call(Aten.fmin, this, other);

        public Tensor maximum(Tensor other) => Op.Call(Aten.maximum, this, other);

        public Tensor minimum(Tensor other) => Op.Call(Aten.minimum, this, other);

        public Tensor bitwise_and(Tensor other) => Op.Call(Aten.bitwise_and_Tensor, this, other);

        public Tensor bitwise_and_(Tensor other)
        {
            Op.CallVoid(Aten.bitwise_and__Tensor, this, other);
            return this;
        }

        public Tensor bitwise_or(Tensor other) => Op.Call(Aten.bitwise_or_Tensor, this, other);

        public Tensor bitwise_or_(Tensor other)
        {
            Op.CallVoid(Aten.bitwise_or__Tensor, this, other);
            return this;
        }

        public Tensor bitwise_xor(Tensor other) => Op.Call(Aten.bitwise_xor_Tensor, this, other);

        public Tensor bitwise_xor_(Tensor other)
        {
            Op.CallVoid(Aten.bitwise_xor__Tensor, this, other);
            return this;
        }

        public Tensor bitwise_left_shift(Tensor other) => Op.Call(Aten.bitwise_left_shift_Tensor, this, other);

        public Tensor bitwise_right_shift(Tensor other) => Op.Call(Aten.bitwise_right_shift_Tensor, this, other);

        public Tensor logical_and(Tensor other) => Op.Call(Aten.logical_and, this, other);

        public Tensor logical_and_(Tensor other)
        {
            Op.CallVoid(Aten.logical_and_, this, other);
            return this;
        }

        public Tensor logical_or(Tensor other) => Op.Call(Aten.logical_or, this, other);

        public Tensor logical_or_(Tensor other)
        {
            Op.CallVoid(Aten.logical_or_, this, other);
            return this;
        }

        public Tensor logical_xor(Tensor other) => Op.Call(Aten.logical_xor, this, other);

        public Tensor logical_xor_(Tensor other)
        {
            Op.CallVoid(Aten.logical_xor_, this, other);
            return this;
        }

        public Tensor eq(Scalar target) => Op.Call(Aten.eq_Tensor, this, target);

        public Tensor eq(Tensor target) => Op.Call(Aten.eq_Tensor, this, target);

        public Tensor eq_(Scalar target)
        {
            Op.CallVoid(Aten.eq__Tensor, this, target);
            return this;
        }

        public Tensor eq_(Tensor target)
        {
            Op.CallVoid(Aten.eq__Tensor, this, target);
            return this;
        }

        public Tensor ne(Scalar target) => Op.Call(Aten.ne_Tensor, this, target);

        public Tensor ne(Tensor target) => Op.Call(Aten.ne_Tensor, this, target);

        public Tensor ne_(Scalar target)
        {
            Op.CallVoid(Aten.ne__Tensor, this, target);
            return this;
        }

        public Tensor ne_(Tensor target)
        {
            Op.CallVoid(Aten.ne__Tensor, this, target);
            return this;
        }

        public Tensor lt(Scalar target) => Op.Call(Aten.lt_Tensor, this, target);

        public Tensor lt(Tensor target) => Op.Call(Aten.lt_Tensor, this, target);

        public Tensor lt_(Scalar target)
        {
            Op.CallVoid(Aten.lt__Tensor, this, target);
            return this;
        }

        public Tensor lt_(Tensor target)
        {
            Op.CallVoid(Aten.lt__Tensor, this, target);
            return this;
        }

        public Tensor le(Scalar target) => Op.Call(Aten.le_Tensor, this, target);

        public Tensor le(Tensor target) => Op.Call(Aten.le_Tensor, this, target);

        public Tensor le_(Scalar target)
        {
            Op.CallVoid(Aten.le__Tensor, this, target);
            return this;
        }

        public Tensor le_(Tensor target)
        {
            Op.CallVoid(Aten.le__Tensor, this, target);
            return this;
        }

        public Tensor gt(Scalar target) => Op.Call(Aten.gt_Tensor, this, target);

        public Tensor gt(Tensor target) => Op.Call(Aten.gt_Tensor, this, target);

        public Tensor gt_(Scalar target)
        {
            Op.CallVoid(Aten.gt__Tensor, this, target);
            return this;
        }

        public Tensor gt_(Tensor target)
        {
            Op.CallVoid(Aten.gt__Tensor, this, target);
            return this;
        }

        public Tensor ge(Scalar target) => Op.Call(Aten.ge_Tensor, this, target);

        public Tensor ge(Tensor target) => Op.Call(Aten.ge_Tensor, this, target);

        public Tensor ge_(Scalar target)
        {
            Op.CallVoid(Aten.ge__Tensor, this, target);
            return this;
        }

        public Tensor ge_(Tensor target)
        {
            Op.CallVoid(Aten.ge__Tensor, this, target);
            return this;
        }

        public Tensor greater(Tensor target) => Op.Call(Aten.gt_Tensor, this, target);

        public Tensor greater_equal(Tensor target) => Op.Call(Aten.ge_Tensor, this, target);

        public Tensor less(Tensor target) => Op.Call(Aten.lt_Tensor, this, target);

        public Tensor less_equal(Tensor target) => Op.Call(Aten.le_Tensor, this, target);

        public Tensor not_equal(Tensor target) => Op.Call(Aten.ne_Tensor, this, target);

        public Tensor isclose(Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) => Op.Call(Aten.isclose, this, other, rtol, atol, nanEqual);

        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) => Op.CallScalar(Aten.allclose, this, target, rtol, atol, equal_nan).ToBoolean();

        public Tensor equal(Tensor target) => torch.tensor(Op.CallScalar(Aten.equal, this, target).ToBoolean());
    }
}
