namespace QuickStart.Corpus;

/// <summary>
/// What of a speaker does not change: face, hair, background. Coordinates are pixels with the origin at the mouth's centre, x to the
/// right and y down; the planes hold x from -80 to 79 and y from -104 to 55.
/// </summary>
internal sealed class FacePortrait
{
    internal const int Side = 160, OriginX = 80, OriginY = 104;

    /// <summary>Brightness 0 to 1 [160, 160], eyes open.</summary>
    internal readonly float[] Luma = new float[Side * Side];

    /// <summary>Brightness with the eyes closed [160, 160].</summary>
    internal readonly float[] LumaBlink = new float[Side * Side];

    /// <summary>Colour offset U [160, 160].</summary>
    internal readonly float[] U = new float[Side * Side];

    /// <summary>Colour offset V [160, 160].</summary>
    internal readonly float[] V = new float[Side * Side];

    internal FacePortrait(Speaker speaker, Random random)
    {
        float phaseX = random.NextSingle() * 6, phaseY = random.NextSingle() * 6, pattern = 0.03f + 0.05f * random.NextSingle();
        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                float x = column - OriginX, y = row - OriginY;
                var i = row * Side + column;
                var luma = speaker.Background + pattern * MathF.Sin(x * 0.06f + phaseX) * MathF.Cos(y * 0.05f + phaseY);
                var (u, v) = speaker.BackgroundColour;
                Paint(ref luma, ref u, ref v, Soft(40 - MathF.Abs(x) * 0.12f - y - 6) < 0.5f ? 1 : 0, 1 - speaker.Background, -v, u); // clothing
                Paint(ref luma, ref u, ref v, Soft(20 - MathF.Abs(x)) * Soft(y - 10) * Soft(46 - y), speaker.Skin * 0.78f, speaker.SkinColour.U, speaker.SkinColour.V); // neck

                var centreY = 31 - speaker.FaceHeight;
                var taper = y > 0 ? 1 - 0.22f * y / 31 : 1;
                var hair = Inside(x, y - centreY + 6, speaker.FaceWidth + 5, speaker.FaceHeight + 5) * Soft(-18 - y);
                Paint(ref luma, ref u, ref v, hair, speaker.Hair, -0.01f, 0.02f);
                var face = Inside(x, y - centreY, speaker.FaceWidth * taper, speaker.FaceHeight) * Soft(y - speaker.HairLine - 0.006f * x * x);
                var across = x / speaker.FaceWidth;
                var skin = speaker.Skin * (1 - 0.22f * across * across) + speaker.Light * across + 0.04f * Bump(x, y, 0, -58, 22, 12);
                skin -= speaker.Beard * Soft(y + 10 - 0.004f * x * x) * 0.9f;
                skin -= 0.05f * Bump(MathF.Abs(x), y, 22, -6, 3, 9);  // folds beside the mouth
                skin -= 0.06f * Bump(x, y, 0, -10, 2.2f, 4);          // groove over the lip
                skin -= 0.07f * Bump(x, y, 0, 13, 9, 2.5f);           // under the lower lip
                Paint(ref luma, ref u, ref v, face, skin, speaker.SkinColour.U, speaker.SkinColour.V);
                DrawNose(ref luma, x, y, speaker);
                var shut = luma;
                DrawEyes(ref luma, ref shut, x, y, speaker);
                Luma[i] = luma;
                LumaBlink[i] = shut;
                U[i] = u;
                V[i] = v;
            }
        }
    }

    private static void DrawNose(ref float luma, float x, float y, Speaker speaker)
    {
        var tip = speaker.NoseLength;
        luma += 0.06f * Bump(x, y, 1, tip - 8, 2.5f, 12);
        luma -= 0.07f * Bump(MathF.Abs(x), y, 7, tip - 1, 1.5f, 4);
        luma -= 0.28f * Bump(MathF.Abs(x), y, 3.4f, tip + 2, 1.5f, 1.1f);
    }

    private static void DrawEyes(ref float luma, ref float shut, float x, float y, Speaker speaker)
    {
        var ex = MathF.Abs(x) - speaker.EyeDistance;
        var ey = y - speaker.EyeHeight;
        var brow = Inside(ex, ey + 8 + 0.02f * ex * ex, 9, 1.6f);
        luma += (speaker.Hair * 0.8f - luma) * brow * 0.8f;
        shut = luma;
        luma += (0.93f - luma) * Inside(ex, ey, 6.5f, 3.2f);
        luma += (0.18f - luma) * Inside(ex, ey, 2.7f, 2.7f);
        luma += (0.05f - luma) * Inside(ex, ey + 3.1f, 6.8f, 0.7f);
        shut += (0.15f - shut) * Inside(ex, ey + 0.5f - 0.02f * ex * ex, 6.5f, 0.8f);
    }

    private static void Paint(ref float luma, ref float u, ref float v, float cover, float newLuma, float newU, float newV)
    {
        luma += (newLuma - luma) * cover;
        u += (newU - u) * cover;
        v += (newV - v) * cover;
    }

    private static float Soft(float distance) => Math.Clamp(distance + 0.5f, 0, 1);

    private static float Inside(float x, float y, float halfWidth, float halfHeight) =>
        Soft((1 - MathF.Sqrt(x * x / (halfWidth * halfWidth) + y * y / (halfHeight * halfHeight))) * Math.Min(halfWidth, halfHeight));

    private static float Bump(float x, float y, float cx, float cy, float sx, float sy) =>
        MathF.Exp(-0.5f * ((x - cx) * (x - cx) / (sx * sx) + (y - cy) * (y - cy) / (sy * sy)));
}
