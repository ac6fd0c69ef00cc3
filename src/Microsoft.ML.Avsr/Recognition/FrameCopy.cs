namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Copies the encoder's window out of a mouth crop.</summary>
internal static class FrameCopy
{
    /// <summary>Copies an 88 x 88 window, mirrored on request.</summary>
    /// <param name="crop">One frame of 96 x 96 grey bytes.</param>
    /// <param name="top">First row, 0 to 8.</param>
    /// <param name="left">First column, 0 to 8.</param>
    /// <param name="flip">Mirror left and right.</param>
    /// <param name="destination">88 x 88 bytes.</param>
    public static void Crop(ReadOnlySpan<byte> crop, int top, int left, bool flip, Span<byte> destination)
    {
        for (var y = 0; y < SpeechFrontEnd.FrameSize; y++)
        {
            var row = destination.Slice(y * SpeechFrontEnd.FrameSize, SpeechFrontEnd.FrameSize);
            crop.Slice((top + y) * SpeechFrontEnd.CropSize + left, SpeechFrontEnd.FrameSize).CopyTo(row);
            if (flip)
                row.Reverse();
        }
    }
}
