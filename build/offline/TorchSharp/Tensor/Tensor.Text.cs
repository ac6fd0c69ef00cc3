using System.Globalization;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Shape, type, device, and for a single number its value.</summary>
        public override string ToString()
        {
            if (IsInvalid)
                return "<disposed>";
            var text = new StringBuilder("[").AppendJoin('x', shape).Append("], type = ").Append(dtype).Append(", device = ").Append(device);
            if (ndim == 0 && !is_meta)
                text.Append(CultureInfo.InvariantCulture, $", value = {Value()}");
            return text.ToString();
        }

        private object Value()
        {
            var number = ToScalar();
            return number.Type switch
            {
                ScalarType.Int64 => number.ToInt64(),
                ScalarType.Bool => number.ToBoolean(),
                ScalarType.Float64 => dtype == ScalarType.Float64 ? number.ToDouble() : number.ToSingle(),
                _ => number.ToComplexFloat64(),
            };
        }
    }
}
