using System.Globalization;
using System.Net;
using System.Text;

namespace QuickStart.Reporting;

/// <summary>Builds one inline SVG picture; colours come from the page's style sheet through class names.</summary>
internal sealed class SvgDrawing
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a picture that scales with the page.</summary>
    /// <param name="width">Width of its coordinates.</param>
    /// <param name="height">Height of its coordinates.</param>
    /// <param name="title">What it shows, for those who cannot see it.</param>
    public SvgDrawing(double width, double height, string title)
    {
        _text.Append(CultureInfo.InvariantCulture, $"""<svg viewBox="0 0 {N(width)} {N(height)}" width="{N(width)}" height="{N(height)}" role="img" aria-label="{Encode(title)}">""");
    }

    /// <summary>A straight line.</summary>
    public SvgDrawing Line(double x1, double y1, double x2, double y2, string style)
    {
        _text.Append($"""<line x1="{N(x1)}" y1="{N(y1)}" x2="{N(x2)}" y2="{N(y2)}" class="{style}"/>""");
        return this;
    }

    /// <summary>A line through points.</summary>
    public SvgDrawing Path(IEnumerable<(double X, double Y)> points, string style)
    {
        _text.Append($"""<polyline points="{string.Join(' ', points.Select(p => N(p.X) + "," + N(p.Y)))}" class="{style}"/>""");
        return this;
    }

    /// <summary>A filled circle with a tooltip.</summary>
    public SvgDrawing Dot(double x, double y, double radius, string style, string tooltip)
    {
        _text.Append($"""<circle cx="{N(x)}" cy="{N(y)}" r="{N(radius)}" class="{style}"><title>{Encode(tooltip)}</title></circle>""");
        return this;
    }

    /// <summary>A filled rectangle with a tooltip and rounded upper corners.</summary>
    public SvgDrawing Bar(double x, double y, double width, double height, string style, string tooltip)
    {
        var r = Math.Min(3, Math.Min(width / 2, height));
        _text.Append($"""<path d="M{N(x)},{N(y + height)}V{N(y + r)}q0,{N(-r)} {N(r)},{N(-r)}H{N(x + width - r)}q{N(r)},0 {N(r)},{N(r)}V{N(y + height)}Z" class="{style}"><title>{Encode(tooltip)}</title></path>""");
        return this;
    }

    /// <summary>A text; <paramref name="anchor"/> is start, middle or end.</summary>
    public SvgDrawing Text(double x, double y, string text, string style, string anchor = "start", double rotate = 0)
    {
        var turn = rotate == 0 ? "" : $" transform=\"rotate({N(rotate)} {N(x)} {N(y)})\"";
        _text.Append($"""<text x="{N(x)}" y="{N(y)}" text-anchor="{anchor}" class="{style}"{turn}>{Encode(text)}</text>""");
        return this;
    }

    /// <summary>The finished element.</summary>
    public override string ToString() => _text + "</svg>";

    /// <summary>Ends of the ticks of an axis that shows 0 (or <paramref name="low"/>) to at least <paramref name="high"/>, in round steps.</summary>
    public static double[] Ticks(double low, double high, int about = 5)
    {
        if (!(high > low))
            high = low + 1;
        var raw = (high - low) / about;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = ((double[])[1, 2, 2.5, 5, 10]).First(s => s * magnitude >= raw * 0.999) * magnitude;
        var first = Math.Floor(low / step + 1e-9);
        var last = Math.Ceiling(high / step - 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * step, 10))];
    }

    private static string N(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
