using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Cuts the mouth region out of frames: from a column of <see cref="VideoClip"/> to one of 96 x 96 pixels. Where there is none, the value is null.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// Create it with `mlContext.Transforms.CropMouthRegion(...)`. A sample that is compiled and run: docs/samples/Transforms/CropMouthRegion.cs.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Video clip, and four floats where columns hold the box, or text where one names landmark files |
/// | Output column data type | Video clip of 96 x 96 |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Avsr; with a face detector also TorchSharp-cpu or TorchSharp-cuda |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class MouthRegionCroppingEstimator : SpeechStageEstimator<MouthRegionCroppingTransformer>
{
    private readonly MouthRegionCroppingStage _stage;

    internal MouthRegionCroppingEstimator(Options options) : this(new MouthRegionCroppingStage(options.Validate())) { }

    private MouthRegionCroppingEstimator(MouthRegionCroppingStage stage) : base(stage) => _stage = stage;

    private protected override MouthRegionCroppingTransformer Create(DataViewSchema inputSchema) => new(new MouthRegionCroppingStage(_stage.Parameters));

    /// <summary>The options of <see cref="MouthRegionCroppingEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>The column that is added.</summary>
        public string OutputColumnName { get; set; } = "Mouth";

        /// <summary>The column of frames.</summary>
        public string InputColumnName { get; set; } = "Video";

        /// <summary>The mouth's box, in pixels of the files' frames; null where the frames show only the mouth region, or where columns hold it.</summary>
        public MouthBox? MouthBox { get; set; }

        /// <summary>Four columns of float with each row's box: x, y, width, height.</summary>
        public IReadOnlyList<string>? MouthBoxColumnNames { get; set; }

        /// <summary>A column of text with the path of each row's landmark file (.npy or .csv, see <see cref="LandmarkFile"/>); null uses the boxes.</summary>
        public string? LandmarkColumnName { get; set; }

        /// <summary>Weights of the face detector YuNet (an ONNX file), to find the mouth by itself; null uses the boxes.</summary>
        public string? FaceDetectorPath { get; set; }

        /// <summary>
        /// How faces are followed and framed. Unlike elsewhere the default is <see cref="MouthFraming.MeanFace"/>, because the encoders that
        /// this stage feeds are published ones. The stage does not hear, so <see cref="FaceChoice.MovesWithSound"/> cannot be chosen.
        /// </summary>
        public FaceLocatorOptions FaceLocator { get; set; } = new() { Framing = MouthFraming.MeanFace };

        internal MouthRegionCroppingStage.Settings Validate()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(InputColumnName);
            OptionCheck.Require(MouthBox is null or { IsValid: true }, nameof(MouthBox), MouthBox, "must be a box with finite numbers and a positive size.");
            var columns = MouthBoxColumnNames is null ? "" : string.Join(", ", MouthBoxColumnNames);
            OptionCheck.Require(MouthBoxColumnNames is null || MouthBox is null, nameof(MouthBoxColumnNames), columns, "cannot be used together with MouthBox.");
            OptionCheck.Require(MouthBoxColumnNames is null or { Count: 4 }, nameof(MouthBoxColumnNames), columns, "must be four column names: x, y, width, height.");
            OptionCheck.Require(FaceDetectorPath is null || (MouthBox is null && MouthBoxColumnNames is null), nameof(FaceDetectorPath), FaceDetectorPath, "cannot be used together with boxes.");
            OptionCheck.Require(FaceDetectorPath is null || File.Exists(FaceDetectorPath), nameof(FaceDetectorPath), FaceDetectorPath, "must be an existing file. " + YuNetDetector.WhereToGet);
            OptionCheck.Require(LandmarkColumnName is null || (MouthBox is null && MouthBoxColumnNames is null && FaceDetectorPath is null && LandmarkColumnName.Trim().Length > 0),
                nameof(LandmarkColumnName), LandmarkColumnName, "must name a column, and cannot be used together with boxes or a face detector.");
            ArgumentNullException.ThrowIfNull(FaceLocator);
            FaceLocator.Validate();
            OptionCheck.Require(FaceLocator.Choice == FaceChoice.Largest, nameof(FaceLocator), FaceLocator.Choice, "needs the sound, which this stage does not read; use Largest.");
            return new(OutputColumnName, InputColumnName, MouthBox, MouthBoxColumnNames is null ? null : [.. MouthBoxColumnNames],
                FaceDetectorPath is null ? null : Path.GetFullPath(FaceDetectorPath), FaceLocator, LandmarkColumnName);
        }
    }
}

/// <summary>Cuts the mouth region out of frames. Made by <see cref="MouthRegionCroppingEstimator"/>.</summary>
public sealed class MouthRegionCroppingTransformer : SpeechStageTransformer, IDisposable
{
    private readonly MouthRegionCroppingStage _stage;

    internal MouthRegionCroppingTransformer(MouthRegionCroppingStage stage) : base(stage) => _stage = stage;

    /// <summary>Frees the face detector, where there is one.</summary>
    public void Dispose() => _stage.Release();

    private protected override TransformerChain<ITransformer> ToSavedChain() => _stage.ToSavedChain();
}
