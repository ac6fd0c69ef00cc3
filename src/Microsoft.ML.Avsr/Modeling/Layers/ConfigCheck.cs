namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Range checks of configurations: each names the record, the property, the value and what is allowed.</summary>
internal static class ConfigCheck
{
    public static void Range(string record, string property, int value, int low, int high)
    {
        if (value < low || value > high)
            throw new ArgumentOutOfRangeException(property, value, $"{record}.{property} is {value}; it must be between {low} and {high}.");
    }

    public static void Dropout(string record, string property, double value)
    {
        if (value is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(property, value, $"{record}.{property} is {value}; it must be in [0, 1).");
    }

    public static void Odd(string record, string property, int value)
    {
        if (value != 0 && (value < 0 || value % 2 == 0))
            throw new ArgumentOutOfRangeException(property, value, $"{record}.{property} is {value}; it must be 0 or an odd number.");
    }

    public static void Heads(string record, int width, int heads, bool evenHeadSize)
    {
        Range(record, "Width", width, 1, 1 << 20);
        if (heads < 1 || width % heads != 0)
            throw new ArgumentOutOfRangeException("Heads", heads, $"{record}.Heads is {heads}; it must divide Width, {width}.");
        if (evenHeadSize && width / heads % 2 != 0)
            throw new ArgumentOutOfRangeException("Heads", heads, $"{record}.Heads is {heads}: rotary positions need an even head size, and {width} / {heads} is odd.");
    }
}
