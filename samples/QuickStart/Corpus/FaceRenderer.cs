namespace QuickStart.Corpus;

/// <summary>Renders one clip of a speaker as YUV 4:2:0 frames of 128x128, with the clip's own pose, light, motion, blinks and noise.</summary>
internal sealed class FaceRenderer
{
    internal const int Size = 128;
    internal const int FrameBytes = Size * Size * 3 / 2;

    // Where the mouth is in the frame when the pose is neutral.
    internal const float MouthX = 64, MouthY = 86;

    private const int MouthReachX = 31, MouthReachY = 26;

    private readonly Speaker _speaker;
    private readonly FacePortrait _portrait;
    private readonly sbyte[] _noise;
    private readonly float _x, _y, _scale, _tilt, _swayX, _swayY, _swayTilt, _swayRate, _phase, _gain, _offset;
    private readonly int _blinkFrame;
    private readonly Random _random;

    internal FaceRenderer(Speaker speaker, FacePortrait portrait, sbyte[] noise, Random random)
    {
        _speaker = speaker;
        _portrait = portrait;
        _noise = noise;
        _random = random;
        _x = MouthX + Spread(2.5f);
        _y = MouthY + Spread(2.5f);
        _scale = 1 + Spread(0.05f);
        _tilt = Spread(0.05f);
        _swayX = Spread(1.5f);
        _swayY = Spread(1.0f);
        _swayTilt = Spread(0.03f);
        _swayRate = 1.5f + 2.5f * random.NextSingle();
        _phase = 6.3f * random.NextSingle();
        _gain = 1 + Spread(0.08f);
        _offset = Spread(0.05f);
        _blinkFrame = random.Next(90);

        float Spread(float range) => (2 * random.NextSingle() - 1) * range;
    }

    /// <summary>Pixel noise, shared by all clips: Gaussian with a standard deviation of about 1.2 grey levels.</summary>
    internal static sbyte[] MakeNoise(Random random)
    {
        var noise = new sbyte[1 << 17];
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (sbyte)Math.Round(1.2 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return noise;
    }

    /// <summary>Draws a frame.</summary>
    /// <param name="index">Frame number.</param>
    /// <param name="time">Its time in seconds.</param>
    /// <param name="shape">The mouth.</param>
    /// <param name="target">Planes Y [128, 128], U [64, 64], V [64, 64], video levels.</param>
    internal void Render(int index, float time, in Viseme shape, Span<byte> target)
    {
        var mouth = new MouthPainter(_speaker, shape);
        var luma = Math.Abs(index - _blinkFrame) <= 2 ? _portrait.LumaBlink : _portrait.Luma;
        var sway = MathF.Sin(_swayRate * time + _phase);
        var angle = _tilt + _swayTilt * MathF.Cos(_swayRate * 0.7f * time + _phase);
        float cos = MathF.Cos(angle) / _scale, sin = MathF.Sin(angle) / _scale;
        float originX = _x + _swayX * sway, originY = _y + _swayY * MathF.Cos(_swayRate * 1.3f * time);
        var noise = _noise.AsSpan(_random.Next(_noise.Length - Size * Size), Size * Size);
        var planeY = target[..(Size * Size)];
        var planeU = target.Slice(Size * Size, Size * Size / 4);
        var planeV = target[(Size * Size * 5 / 4)..];
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column < Size; column++)
            {
                float fx = column - originX, fy = row - originY;
                var x = cos * fx + sin * fy;
                var y = cos * fy - sin * fx;
                // The chin follows the jaw: below the mouth the portrait is stretched downwards.
                var below = y - mouth.Jaw * Math.Clamp((y - 2) * 0.06f, 0, 1);
                int px = Math.Clamp((int)MathF.Floor(x) + FacePortrait.OriginX, 0, FacePortrait.Side - 2), py = Math.Clamp((int)MathF.Floor(below) + FacePortrait.OriginY, 0, FacePortrait.Side - 2);
                float tx = Math.Clamp(x + FacePortrait.OriginX - px, 0, 1), ty = Math.Clamp(below + FacePortrait.OriginY - py, 0, 1);
                var at = py * FacePortrait.Side + px;
                var top = luma[at] + (luma[at + 1] - luma[at]) * tx;
                var bottom = luma[at + FacePortrait.Side] + (luma[at + FacePortrait.Side + 1] - luma[at + FacePortrait.Side]) * tx;
                var value = top + (bottom - top) * ty;
                var redness = 0f;
                if (MathF.Abs(x) < MouthReachX && MathF.Abs(y) < MouthReachY)
                    mouth.Paint(x, y, ref value, ref redness);
                value = (value * _gain + _offset) * 219 + 16 + noise[row * Size + column];
                planeY[row * Size + column] = (byte)Math.Clamp(value + 0.5f, 16, 235);
                if (((row | column) & 1) == 0)
                {
                    var half = row / 2 * (Size / 2) + column / 2;
                    planeU[half] = (byte)(128 + 224 * (_portrait.U[at] - 0.02f * redness));
                    planeV[half] = (byte)(128 + 224 * (_portrait.V[at] + 0.07f * redness));
                }
            }
        }
    }
}
