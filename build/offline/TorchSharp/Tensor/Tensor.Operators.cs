namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => Op.Call(Aten.add_Tensor, left, right);

        public static Tensor operator +(Tensor left, int right) => Op.Call(Aten.add_Tensor, left, right);

        public static Tensor operator +(Tensor left, long right) => Op.Call(Aten.add_Tensor, left, right);

        public static Tensor operator +(Tensor left, float right) => Op.Call(Aten.add_Tensor, left, right);

        public static Tensor operator +(Tensor left, double right) => Op.Call(Aten.add_Tensor, left, right);

        public static Tensor operator +(Tensor left, Scalar right) => Op.Call(Aten.add_Tensor, left, right);

        public static Tensor operator +(int left, Tensor right) => Op.Call(Aten.add_Tensor, right, left);

        public static Tensor operator +(long left, Tensor right) => Op.Call(Aten.add_Tensor, right, left);

        public static Tensor operator +(float left, Tensor right) => Op.Call(Aten.add_Tensor, right, left);

        public static Tensor operator +(double left, Tensor right) => Op.Call(Aten.add_Tensor, right, left);

        public static Tensor operator +(Scalar left, Tensor right) => Op.Call(Aten.add_Tensor, right, left);

        public static Tensor operator -(Tensor left, Tensor right) => Op.Call(Aten.sub_Tensor, left, right);

        public static Tensor operator -(Tensor left, int right) => Op.Call(Aten.sub_Tensor, left, right);

        public static Tensor operator -(Tensor left, long right) => Op.Call(Aten.sub_Tensor, left, right);

        public static Tensor operator -(Tensor left, float right) => Op.Call(Aten.sub_Tensor, left, right);

        public static Tensor operator -(Tensor left, double right) => Op.Call(Aten.sub_Tensor, left, right);

        public static Tensor operator -(Tensor left, Scalar right) => Op.Call(Aten.sub_Tensor, left, right);

        public static Tensor operator -(int left, Tensor right) => Op.Call(Aten.rsub_Tensor, right, left);

        public static Tensor operator -(long left, Tensor right) => Op.Call(Aten.rsub_Tensor, right, left);

        public static Tensor operator -(float left, Tensor right) => Op.Call(Aten.rsub_Tensor, right, left);

        public static Tensor operator -(double left, Tensor right) => Op.Call(Aten.rsub_Tensor, right, left);

        public static Tensor operator -(Scalar left, Tensor right) => Op.Call(Aten.rsub_Tensor, right, left);

        public static Tensor operator *(Tensor left, Tensor right) => Op.Call(Aten.mul_Tensor, left, right);

        public static Tensor operator *(Tensor left, int right) => Op.Call(Aten.mul_Tensor, left, right);

        public static Tensor operator *(Tensor left, long right) => Op.Call(Aten.mul_Tensor, left, right);

        public static Tensor operator *(Tensor left, float right) => Op.Call(Aten.mul_Tensor, left, right);

        public static Tensor operator *(Tensor left, double right) => Op.Call(Aten.mul_Tensor, left, right);

        public static Tensor operator *(Tensor left, Scalar right) => Op.Call(Aten.mul_Tensor, left, right);

        public static Tensor operator *(int left, Tensor right) => Op.Call(Aten.mul_Tensor, right, left);

        public static Tensor operator *(long left, Tensor right) => Op.Call(Aten.mul_Tensor, right, left);

        public static Tensor operator *(float left, Tensor right) => Op.Call(Aten.mul_Tensor, right, left);

        public static Tensor operator *(double left, Tensor right) => Op.Call(Aten.mul_Tensor, right, left);

        public static Tensor operator *(Scalar left, Tensor right) => Op.Call(Aten.mul_Tensor, right, left);

        public static Tensor operator /(Tensor left, Tensor right) => Op.Call(Aten.div_Tensor, left, right);

        public static Tensor operator /(Tensor left, int right) => Op.Call(Aten.div_Tensor, left, right);

        public static Tensor operator /(Tensor left, long right) => Op.Call(Aten.div_Tensor, left, right);

        public static Tensor operator /(Tensor left, float right) => Op.Call(Aten.div_Tensor, left, right);

        public static Tensor operator /(Tensor left, double right) => Op.Call(Aten.div_Tensor, left, right);

        public static Tensor operator /(Tensor left, Scalar right) => Op.Call(Aten.div_Tensor, left, right);

        public static Tensor operator /(int left, Tensor right) => Inverse(right, left);

        public static Tensor operator /(long left, Tensor right) => Inverse(right, left);

        public static Tensor operator /(float left, Tensor right) => Inverse(right, left);

        public static Tensor operator /(double left, Tensor right) => Inverse(right, left);

        public static Tensor operator /(Scalar left, Tensor right) => Inverse(right, left);

        public static Tensor operator %(Tensor left, Tensor right) => Op.Call(Aten.remainder_Tensor, left, right);

        public static Tensor operator %(Tensor left, int right) => Op.Call(Aten.remainder_Tensor, left, right);

        public static Tensor operator %(Tensor left, long right) => Op.Call(Aten.remainder_Tensor, left, right);

        public static Tensor operator %(Tensor left, float right) => Op.Call(Aten.remainder_Tensor, left, right);

        public static Tensor operator %(Tensor left, double right) => Op.Call(Aten.remainder_Tensor, left, right);

        public static Tensor operator %(Tensor left, Scalar right) => Op.Call(Aten.remainder_Tensor, left, right);

        public static Tensor operator ==(Tensor left, Tensor right) => Op.Call(Aten.eq_Tensor, left, right);

        public static Tensor operator ==(Tensor left, Scalar right) => Op.Call(Aten.eq_Tensor, left, right);

        public static Tensor operator ==(Scalar left, Tensor right) => Op.Call(Aten.eq_Tensor, right, left);

        public static Tensor operator !=(Tensor left, Tensor right) => Op.Call(Aten.ne_Tensor, left, right);

        public static Tensor operator !=(Tensor left, Scalar right) => Op.Call(Aten.ne_Tensor, left, right);

        public static Tensor operator !=(Scalar left, Tensor right) => Op.Call(Aten.ne_Tensor, right, left);

        public static Tensor operator <(Tensor left, Tensor right) => Op.Call(Aten.lt_Tensor, left, right);

        public static Tensor operator <(Tensor left, Scalar right) => Op.Call(Aten.lt_Tensor, left, right);

        public static Tensor operator <(Scalar left, Tensor right) => Op.Call(Aten.gt_Tensor, right, left);

        public static Tensor operator <=(Tensor left, Tensor right) => Op.Call(Aten.le_Tensor, left, right);

        public static Tensor operator <=(Tensor left, Scalar right) => Op.Call(Aten.le_Tensor, left, right);

        public static Tensor operator <=(Scalar left, Tensor right) => Op.Call(Aten.ge_Tensor, right, left);

        public static Tensor operator >(Tensor left, Tensor right) => Op.Call(Aten.gt_Tensor, left, right);

        public static Tensor operator >(Tensor left, Scalar right) => Op.Call(Aten.gt_Tensor, left, right);

        public static Tensor operator >(Scalar left, Tensor right) => Op.Call(Aten.lt_Tensor, right, left);

        public static Tensor operator >=(Tensor left, Tensor right) => Op.Call(Aten.ge_Tensor, left, right);

        public static Tensor operator >=(Tensor left, Scalar right) => Op.Call(Aten.ge_Tensor, left, right);

        public static Tensor operator >=(Scalar left, Tensor right) => Op.Call(Aten.le_Tensor, right, left);

        public static Tensor operator &(Tensor left, Tensor right) => Op.Call(Aten.bitwise_and_Tensor, left, right);

        public static Tensor operator |(Tensor left, Tensor right) => Op.Call(Aten.bitwise_or_Tensor, left, right);

        public static Tensor operator ^(Tensor left, Tensor right) => Op.Call(Aten.bitwise_xor_Tensor, left, right);

        public static Tensor operator ~(Tensor left) => Op.Call(Aten.bitwise_not, left);

        public static Tensor operator -(Tensor tensor) => Op.Call(Aten.neg, tensor);

        public static implicit operator Tensor(bool value) => torch.tensor(value);

        public static implicit operator Tensor(bool[] value) => torch.tensor(value);

        public static implicit operator Tensor(byte value) => torch.tensor(value);

        public static implicit operator Tensor(byte[] value) => torch.tensor(value);

        public static implicit operator Tensor(sbyte value) => torch.tensor(value);

        public static implicit operator Tensor(sbyte[] value) => torch.tensor(value);

        public static implicit operator Tensor(short value) => torch.tensor(value);

        public static implicit operator Tensor(short[] value) => torch.tensor(value);

        public static implicit operator Tensor(int value) => torch.tensor(value);

        public static implicit operator Tensor(int[] value) => torch.tensor(value);

        public static implicit operator Tensor(long value) => torch.tensor(value);

        public static implicit operator Tensor(long[] value) => torch.tensor(value);

        public static implicit operator Tensor(float value) => torch.tensor(value);

        public static implicit operator Tensor(float[] value) => torch.tensor(value);

        public static implicit operator Tensor(double value) => torch.tensor(value);

        public static implicit operator Tensor(double[] value) => torch.tensor(value);

        public static implicit operator Tensor(Scalar scalar) => FromScalar(scalar, scalar.Type, null, false);

        public static explicit operator bool(Tensor value) => value.ToBoolean();

        public static explicit operator byte(Tensor value) => value.ToByte();

        public static explicit operator sbyte(Tensor value) => value.ToSByte();

        public static explicit operator short(Tensor value) => value.ToInt16();

        public static explicit operator int(Tensor value) => value.ToInt32();

        public static explicit operator long(Tensor value) => value.ToInt64();

        public static explicit operator float(Tensor value) => value.ToSingle();

        public static explicit operator double(Tensor value) => value.ToDouble();

        private static Tensor Inverse(Tensor right, Arg left)
        {
            using var reciprocal = Op.Call(Aten.reciprocal, right);
            return Op.Call(Aten.mul_Tensor, reciprocal, left);
        }
    }
}
