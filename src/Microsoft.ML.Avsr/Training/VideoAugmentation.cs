namespace Microsoft.ML.Avsr.Training;

/// <summary>How mouth crops are varied in training.</summary>
public enum VideoAugmentation
{
    /// <summary>Window position, mirror image, light, dropped and repeated frames, blanked spans: for encoders that start from scratch.</summary>
    Full,

    /// <summary>Window position alone, as in the reference (specification 9).</summary>
    CropOnly,
}
