namespace Microsoft.ML.Avsr.Media;

/// <summary>A file of weights that others publish: where it is, and the hash that it must have.</summary>
/// <param name="FileName">The name that it gets.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Sha256">The SHA-256 of its content, in hexadecimal.</param>
/// <param name="MaxBytes">The most bytes that are read.</param>
/// <param name="License">The licence that its publisher gives it.</param>
public sealed record DownloadableWeights(string FileName, Uri Address, string Sha256, long MaxBytes, string License)
{
    /// <summary>The face detector YuNet (Wu, Peng, Yu 2023), for <see cref="YuNetDetector"/>.</summary>
    public static DownloadableWeights YuNet { get; } = new(
        "yunet_n_dynamic.onnx",
        new Uri("https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/master/onnx/yunet_n_dynamic.onnx"),
        "104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12",
        1 << 20,
        "Apache-2.0");
}
