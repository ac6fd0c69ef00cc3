namespace QuickStart.Corpus;

/// <summary>Draws one mouth shape; coordinates as in <see cref="FacePortrait"/>.</summary>
internal readonly struct MouthPainter
{
    private readonly Speaker _speaker;
    private readonly Viseme _shape;
    private readonly float _halfWidth, _upper, _lower, _upperLip, _lowerLip, _bow;

    internal MouthPainter(Speaker speaker, Viseme shape)
    {
        _speaker = speaker;
        var gain = speaker.Articulation;
        _shape = shape with { Open = Math.Max(0, shape.Open * gain), Width = 1 + (shape.Width - 1) * gain };
        _halfWidth = speaker.MouthWidth * _shape.Width;
        var gap = speaker.MouthHeight * _shape.Open;
        _upper = -0.35f * gap;
        var lower = 0.65f * gap;
        // Against the upper teeth, the lower lip closes the gap from below and leaves a strip of teeth.
        _lower = lower + (_upper + 1.9f - lower) * _shape.Tuck;
        var thickness = (1 - 0.55f * _shape.Press) * (1 + 0.45f * _shape.Round);
        _upperLip = speaker.UpperLip * thickness;
        _lowerLip = speaker.LowerLip * thickness * (1 - 0.35f * _shape.Tuck);
        _bow = 0.8f * (1 - _shape.Round);
        Jaw = 4.5f * _shape.Open;
    }

    /// <summary>How far the chin has moved down.</summary>
    internal float Jaw { get; }

    /// <summary>Paints a point of the mouth over what is there.</summary>
    internal void Paint(float x, float y, ref float luma, ref float redness)
    {
        var across = x / _halfWidth;
        var arch = 1 - across * across;
        if (arch <= 0)
            return;
        var root = MathF.Sqrt(arch);
        var curve = arch + (root - arch) * (0.25f + 0.75f * _shape.Round); // rounded lips open more evenly
        var top = _upper * curve;
        var bottom = _lower * curve;
        var outerTop = top - _upperLip * root + _bow * MathF.Exp(-x * x / 5);
        var outerBottom = bottom + _lowerLip * root;
        var lips = Math.Clamp(Math.Min(y - outerTop, outerBottom - y) + 0.5f, 0, 1);
        if (lips <= 0)
            return;
        var isUpper = y < (top + bottom) / 2;
        var depth = isUpper ? (y - outerTop) / Math.Max(0.5f, top - outerTop) : (outerBottom - y) / Math.Max(0.5f, outerBottom - bottom);
        depth = Math.Clamp(depth, 0, 1);
        var shade = isUpper
            ? _speaker.Lips * (0.86f + 0.10f * depth)
            : _speaker.Lips * (0.92f + (0.22f + 0.15f * _shape.Round) * depth * (1 - depth) * 4 * root);
        luma += (shade - luma) * lips;
        redness += (1 - redness) * lips;

        var inside = Math.Clamp(Math.Min(y - top, bottom - y) + 0.5f, 0, 1) * (1 - 0.6f * _shape.Press);
        if (inside <= 0)
            return;
        var cavity = Cavity(x, y, across, top, bottom, out var red);
        luma += (cavity - luma) * inside;
        redness += (red - redness) * inside;
    }

    private float Cavity(float x, float y, float across, float top, float bottom, out float red)
    {
        var gap = bottom - top;
        var level = 0.07f;
        red = 0.3f;
        // Tongue: a bright ridge that rises from the floor of the mouth to the teeth.
        var ridge = bottom - gap * (0.18f + 0.72f * _shape.Tongue) * (1 - across * across);
        var tongue = Math.Clamp(y - ridge + 0.5f, 0, 1) * Math.Clamp((0.72f - MathF.Abs(across)) * 6, 0, 1);
        var tongueLevel = _speaker.Skin * (0.42f + 0.38f * _shape.Tongue);
        level += (tongueLevel - level) * tongue;
        red += (1 - red) * tongue;
        // Teeth, in front of the tongue except where its tip is between them.
        var edge = Math.Clamp((0.90f - MathF.Abs(across)) * 8, 0, 1);
        var upperDepth = Math.Min(0.48f * gap + 0.4f, 3.4f * _shape.UpperTeeth);
        var upper = Math.Clamp(top + upperDepth - y + 0.5f, 0, 1) * Math.Min(1, _shape.UpperTeeth * 1.5f) * edge;
        var lowerDepth = Math.Min(0.42f * gap, 2.8f * _shape.LowerTeeth);
        var lower = Math.Clamp(y - (bottom - lowerDepth) + 0.5f, 0, 1) * Math.Min(1, _shape.LowerTeeth * 1.5f) * edge;
        var teeth = Math.Max(upper, lower) * (1 - 0.75f * tongue * _shape.Tongue);
        level += (0.90f - 0.25f * MathF.Abs(across) - level) * teeth;
        red *= 1 - teeth;
        return level;
    }
}
