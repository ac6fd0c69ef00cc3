using System.Numerics;

namespace Microsoft.ML.Avsr;

/// <summary>Range checks of options: the message names the option, its value and what is allowed.</summary>
internal static class OptionCheck
{
    public static void Range<T>(T value, T minimum, T maximum, string option) where T : INumber<T>
    {
        // Written so that NaN fails.
        if (!(value >= minimum && value <= maximum))
            throw new ArgumentOutOfRangeException(option, value, string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{option} = {value} is outside its range [{minimum}, {maximum}]."));
    }

    public static void Require(bool condition, string option, object? value, string rule)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException(option, value, $"{option} = {value}: {rule}");
    }
}
