namespace Microsoft.ML.Avsr.Media;

/// <summary>A rectangle around the mouth, in pixels of the source file's frames; it may reach beyond the frame.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width, above 0.</param>
/// <param name="Height">Height, above 0.</param>
public readonly record struct MouthBox(double X, double Y, double Width, double Height)
{
    /// <summary>Reads <c>x,y,width,height</c> (invariant culture).</summary>
    /// <param name="text">The four numbers.</param>
    /// <exception cref="FormatException">It is not four finite numbers with a positive size.</exception>
    public static MouthBox Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        Span<double> numbers = stackalloc double[4];
        var good = parts.Length == 4;
        for (var i = 0; good && i < 4; i++)
            good = double.TryParse(parts[i], System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out numbers[i]);
        var box = new MouthBox(numbers[0], numbers[1], numbers[2], numbers[3]);
        if (!good || !box.IsValid)
            throw new FormatException($"'{text}' is not a mouth box: write x,y,width,height in pixels, for example 120,160,96,96.");
        return box;
    }

    /// <summary>Whether all four numbers are finite and moderate and the size is positive.</summary>
    public bool IsValid =>
        double.IsFinite(X) && double.IsFinite(Y) && Math.Abs(X) < 1e6 && Math.Abs(Y) < 1e6 && Width is > 0 and < 1e6 && Height is > 0 and < 1e6;
}
