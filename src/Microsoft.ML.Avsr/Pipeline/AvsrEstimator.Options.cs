using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.Avsr;

public sealed partial class AvsrEstimator
{
    /// <summary>Everything that an <see cref="AvsrEstimator"/> can be told. The estimator copies it when it is made.</summary>
    public sealed class Options
    {
        /// <summary>The column of transcripts that is added; the other output columns' names begin with it.</summary>
        public string OutputColumnName { get; set; } = "Transcript";

        /// <summary>
        /// The column of media: paths (text), bytes of media files (vector of byte), or clips (<see cref="AudioClip"/>, <see cref="VideoClip"/>).
        /// Not used where <see cref="AudioColumnName"/> or <see cref="VideoColumnName"/> is set.
        /// </summary>
        public string MediaColumnName { get; set; } = "Path";

        /// <summary>
        /// A column of sound, instead of <see cref="MediaColumnName"/>: <see cref="AudioClip"/> (16 kHz), or <see cref="Features.FeatureSequence"/>
        /// that an earlier stage encoded (<see cref="SpeechAudioEncodingEstimator"/>). A model trained on features has no encoder of its own.
        /// </summary>
        public string? AudioColumnName { get; set; }

        /// <summary>
        /// A column of frames, instead of <see cref="MediaColumnName"/>: <see cref="VideoClip"/> (25 frames per second), or
        /// <see cref="Features.FeatureSequence"/> that an earlier stage encoded (<see cref="SpeechVideoEncodingEstimator"/>).
        /// </summary>
        public string? VideoColumnName { get; set; }

        /// <summary>The column of what is said, for training.</summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>Where the mouth is in the frames.</summary>
        public MouthRegionMode MouthRegion { get; set; }

        /// <summary>The mouth's box for <see cref="MouthRegionMode.FixedBox"/>, in pixels of the files' frames. Setting it suffices.</summary>
        public MouthBox? MouthBox { get; set; }

        /// <summary>Four columns of float (x, y, width, height) for <see cref="MouthRegionMode.BoxColumns"/>. Setting them suffices.</summary>
        public IReadOnlyList<string>? MouthBoxColumnNames { get; set; }

        /// <summary>
        /// A column of text for <see cref="MouthRegionMode.LandmarkColumn"/>: the path of each row's landmark file (.npy or .csv, see
        /// <see cref="LandmarkFile"/>), with a face for each frame at 25 frames per second. Setting it suffices.
        /// </summary>
        public string? LandmarkColumnName { get; set; }

        /// <summary>Weights of the face detector YuNet (an ONNX file) for <see cref="MouthRegionMode.DetectedFace"/>. Setting it suffices.</summary>
        public string? FaceDetectorPath { get; set; }

        /// <summary>
        /// How faces are followed, chosen and framed for <see cref="MouthRegionMode.DetectedFace"/>, and framed for
        /// <see cref="MouthRegionMode.LandmarkColumn"/>. Null is
        /// <see cref="MouthFraming.EyeDistance"/> for a visual encoder from scratch and <see cref="MouthFraming.MeanFace"/> for a published one.
        /// </summary>
        public FaceLocatorOptions? FaceLocator { get; set; }

        /// <summary>Which streams the fitted transformer recognises from.</summary>
        public RecognitionModality Modality { get; set; }

        /// <summary>What happens to rows that lack a stream, in training and in recognition.</summary>
        public MissingModality MissingModality { get; set; }

        /// <summary>How the model is trained.</summary>
        [NestOption]
        public AvsrTrainerOptions Training { get; set; } = new();

        /// <summary>How text is searched for.</summary>
        public DecodingOptions Decoding { get; set; } = new();

        /// <summary>How media files are read.</summary>
        public MediaReaderOptions Media { get; set; } = new();

        /// <summary>Seed of training; null takes one from the context, so that a seeded context gives the same model again.</summary>
        public int? Seed { get; set; }

        /// <summary>Rows that a cursor over transformed data recognises together. 1 to 1024.</summary>
        public int RowBatchSize { get; set; } = 16;

        /// <summary>Media files that are decoded side by side; 0 = one per processor. 0 to 256.</summary>
        public int Parallelism { get; set; }

        /// <summary>
        /// The GPU to train and recognise on, from 0; null is the context's where the estimator comes from <c>mlContext.Avsr()</c>, else the CPU.
        /// 0 to 127.
        /// </summary>
        public int? GpuDeviceId { get; set; }

        /// <summary>
        /// Whether the CPU will do where that GPU is missing; null is the context's where the estimator comes from <c>mlContext.Avsr()</c>,
        /// else no: then <see cref="AvsrEstimator.Fit"/> throws <see cref="GpuUnavailableException"/>.
        /// </summary>
        public bool? FallbackToCpu { get; set; }

        /// <summary>Receives the progress of training, on the training thread. It also goes to the context's log.</summary>
        public IProgress<AvsrProgress>? Progress { get; set; }

        /// <summary>Stops training, and later the cursors of the fitted transformer.</summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>Checks every option and makes the settings of the transformer.</summary>
        /// <exception cref="ArgumentException">An option is impossible; the message names it, its value and what is allowed.</exception>
        internal RecognitionSettings Validate()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(LabelColumnName);
            var clips = AudioColumnName is not null || VideoColumnName is not null;
            if (!clips)
                ArgumentException.ThrowIfNullOrWhiteSpace(MediaColumnName);
            ArgumentNullException.ThrowIfNull(Training);
            ArgumentNullException.ThrowIfNull(Decoding);
            ArgumentNullException.ThrowIfNull(Media);
            OptionCheck.Require(Enum.IsDefined(Modality), nameof(Modality), Modality, "is none of the modalities.");
            OptionCheck.Require(Enum.IsDefined(MissingModality), nameof(MissingModality), MissingModality, "is none of the policies.");
            OptionCheck.Require(Enum.IsDefined(MouthRegion), nameof(MouthRegion), MouthRegion, "is none of the modes.");
            OptionCheck.Range(RowBatchSize, 1, 1024, nameof(RowBatchSize));
            OptionCheck.Range(Parallelism, 0, 256, nameof(Parallelism));
            OptionCheck.Range(GpuDeviceId ?? 0, 0, 127, nameof(GpuDeviceId));
            Training.Validate();
            Decoding.Validate();
            Media.Validate();
            FaceLocator?.Validate();
            return new RecognitionSettings
            {
                OutputColumnName = OutputColumnName,
                MediaColumnName = clips ? null : MediaColumnName,
                AudioColumnName = AudioColumnName,
                VideoColumnName = VideoColumnName,
                MouthRegion = ValidateMouthRegion(),
                MouthBox = MouthBox,
                MouthBoxColumnNames = MouthBoxColumnNames is null ? null : [.. MouthBoxColumnNames],
                LandmarkColumnName = LandmarkColumnName,
                FaceDetectorPath = FaceDetectorPath is null ? null : Path.GetFullPath(FaceDetectorPath),
                FaceLocator = FaceLocator ?? new FaceLocatorOptions { Framing = UsesPublishedVision ? MouthFraming.MeanFace : MouthFraming.EyeDistance },
                Modality = Modality,
                MissingModality = MissingModality,
                Media = Media,
                RowBatchSize = RowBatchSize,
                Parallelism = Parallelism,
            };
        }

        // A model folder of this package may hold either; its maker knows.
        private bool UsesPublishedVision => Training.VisualEncoderPath is not null || (Training.InitialModel is { } model && !Directory.Exists(model));

        internal Options Clone() => (Options)MemberwiseClone();

        private MouthRegionMode ValidateMouthRegion()
        {
            var mode = MouthRegion != MouthRegionMode.AlreadyCropped ? MouthRegion
                : MouthBox is not null ? MouthRegionMode.FixedBox
                : MouthBoxColumnNames is not null ? MouthRegionMode.BoxColumns
                : FaceDetectorPath is not null ? MouthRegionMode.DetectedFace
                : LandmarkColumnName is not null ? MouthRegionMode.LandmarkColumn
                : MouthRegionMode.AlreadyCropped;
            OptionCheck.Require(MouthBox is null || mode == MouthRegionMode.FixedBox, nameof(MouthBox), MouthBox, $"is not used with {nameof(MouthRegion)} = {mode}; leave it null.");
            OptionCheck.Require(MouthBoxColumnNames is null || mode == MouthRegionMode.BoxColumns, nameof(MouthBoxColumnNames), string.Join(", ", MouthBoxColumnNames ?? []),
                $"are not used with {nameof(MouthRegion)} = {mode}; leave them null.");
            OptionCheck.Require(FaceDetectorPath is null || mode == MouthRegionMode.DetectedFace, nameof(FaceDetectorPath), FaceDetectorPath,
                $"is not used with {nameof(MouthRegion)} = {mode}; leave it null.");
            OptionCheck.Require(LandmarkColumnName is null || mode == MouthRegionMode.LandmarkColumn, nameof(LandmarkColumnName), LandmarkColumnName,
                $"is not used with {nameof(MouthRegion)} = {mode}; leave it null.");
            if (mode == MouthRegionMode.LandmarkColumn)
                OptionCheck.Require(!string.IsNullOrWhiteSpace(LandmarkColumnName), nameof(LandmarkColumnName), LandmarkColumnName, "must name a column of landmark files.");
            if (mode == MouthRegionMode.DetectedFace)
                OptionCheck.Require(File.Exists(FaceDetectorPath), nameof(FaceDetectorPath), FaceDetectorPath, "must be an existing file. " + YuNetDetector.WhereToGet);
            if (mode == MouthRegionMode.FixedBox)
                OptionCheck.Require(MouthBox is { IsValid: true }, nameof(MouthBox), MouthBox, "must be a box with finite numbers and a positive size.");
            if (mode == MouthRegionMode.BoxColumns)
                OptionCheck.Require(MouthBoxColumnNames is { Count: 4 } && !MouthBoxColumnNames.Any(string.IsNullOrWhiteSpace), nameof(MouthBoxColumnNames),
                    string.Join(", ", MouthBoxColumnNames ?? []), "must be four column names: x, y, width, height.");
            return mode;
        }
    }
}
