using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Avsr;

/// <summary>The contract names in saved models. A name never changes its meaning: new formats get new names.</summary>
internal static class SavedContracts
{
    public const string Key = "Microsoft.ML.Avsr.Key.1";
    public const string Path = "Microsoft.ML.Avsr.Path.1";
    public const string PathBox = "Microsoft.ML.Avsr.PathBox.1";
    public const string Bytes = "Microsoft.ML.Avsr.Bytes.1";
    public const string BytesBox = "Microsoft.ML.Avsr.BytesBox.1";
    public const string Audio = "Microsoft.ML.Avsr.Audio.1";
    public const string Video = "Microsoft.ML.Avsr.Video.1";
    public const string Clips = "Microsoft.ML.Avsr.Clips.1";
    public const string VideoBox = "Microsoft.ML.Avsr.VideoBox.1";
    public const string ClipsBox = "Microsoft.ML.Avsr.ClipsBox.1";
    public const string AudioFeatures = "Microsoft.ML.Avsr.AudioFeatures.1";
    public const string VideoFeatures = "Microsoft.ML.Avsr.VideoFeatures.1";
    public const string BothFeatures = "Microsoft.ML.Avsr.BothFeatures.1";
    public const string AudioFeaturesVideo = "Microsoft.ML.Avsr.AudioFeaturesVideo.1";
    public const string AudioFeaturesVideoBox = "Microsoft.ML.Avsr.AudioFeaturesVideoBox.1";
    public const string AudioVideoFeatures = "Microsoft.ML.Avsr.AudioVideoFeatures.1";
    public const string PathLandmarks = "Microsoft.ML.Avsr.PathLandmarks.1";
    public const string BytesLandmarks = "Microsoft.ML.Avsr.BytesLandmarks.1";
    public const string VideoLandmarks = "Microsoft.ML.Avsr.VideoLandmarks.1";
    public const string ClipsLandmarks = "Microsoft.ML.Avsr.ClipsLandmarks.1";
    public const string AudioFeaturesVideoLandmarks = "Microsoft.ML.Avsr.AudioFeaturesVideoLandmarks.1";
}

/// <summary>Writes the constant key.</summary>
[CustomMappingFactoryAttribute(SavedContracts.Key)]
internal sealed class SavedKeyFactory : CustomMappingFactory<SavedNothing, SavedKey>
{
    public static readonly Action<SavedNothing, SavedKey> Mapping = static (_, key) => key.Key = SavedColumns.KeyValue;

    public override Action<SavedNothing, SavedKey> GetMapping() => Mapping;
}

/// <summary>Recognises row by row, with the model that comes in the row's payload column.</summary>
internal abstract class SavedRecognition<TRow> : CustomMappingFactory<TRow, SavedResult> where TRow : SavedRow, new()
{
    public override Action<TRow, SavedResult> GetMapping() => new Session().Map;

    /// <summary>One loaded stage: the model is decoded when the first row comes, and used by all cursors.</summary>
    internal sealed class Session
    {
        private readonly Lock _lock = new();
        private volatile Loaded? _loaded;

        public void Map(TRow row, SavedResult result)
        {
            var payload = row.Payload;
            var header = payload.Length == 0 ? default : payload.GetItemOrDefault(0);
            var loaded = _loaded;
            if (loaded is null || !loaded.Header.Span.SequenceEqual(header.Span))
            {
                lock (_lock)
                {
                    loaded = _loaded;
                    if (loaded is null || !loaded.Header.Span.SequenceEqual(header.Span))
                        _loaded = loaded = Loaded.Create(header, payload.GetValues());
                }
            }
            var media = loaded.Loader.Load(row.GetMedia(), CancellationToken.None);
            var transcription = loaded.Model.Recognizer.Transcribe([media.Input.Restrict(loaded.Settings.Wanted)])[0];
            (result.Transcript, result.Confidence, result.Status, result.Modality, var quality) = AvsrRow.Create(media, transcription);
            result.Set(quality);
        }
    }

    private sealed record Loaded(ReadOnlyMemory<char> Header, RecognitionSettings Settings, SharedModel Model, MediaLoader Loader)
    {
        public static Loaded Create(ReadOnlyMemory<char> header, ReadOnlySpan<ReadOnlyMemory<char>> chunks)
        {
            var payload = SavedPayload.Read(chunks);
            var model = payload.LoadModel(resolve: null);
            return new Loaded(header, payload.Settings, model, new MediaLoader(payload.Settings, model.Supported));
        }
    }
}

/// <summary>Recognises from paths.</summary>
[CustomMappingFactoryAttribute(SavedContracts.Path)]
internal sealed class SavedPathRecognition : SavedRecognition<SavedPathRow>;

/// <summary>Recognises from paths and mouth boxes.</summary>
[CustomMappingFactoryAttribute(SavedContracts.PathBox)]
internal sealed class SavedPathBoxRecognition : SavedRecognition<SavedPathBoxRow>;

/// <summary>Recognises from the content of files.</summary>
[CustomMappingFactoryAttribute(SavedContracts.Bytes)]
internal sealed class SavedBytesRecognition : SavedRecognition<SavedBytesRow>;

/// <summary>Recognises from the content of files and mouth boxes.</summary>
[CustomMappingFactoryAttribute(SavedContracts.BytesBox)]
internal sealed class SavedBytesBoxRecognition : SavedRecognition<SavedBytesBoxRow>;

/// <summary>Recognises from sound.</summary>
[CustomMappingFactoryAttribute(SavedContracts.Audio)]
internal sealed class SavedAudioRecognition : SavedRecognition<SavedAudioRow>;

/// <summary>Recognises from frames.</summary>
[CustomMappingFactoryAttribute(SavedContracts.Video)]
internal sealed class SavedVideoRecognition : SavedRecognition<SavedVideoRow>;

/// <summary>Recognises from sound and frames.</summary>
[CustomMappingFactoryAttribute(SavedContracts.Clips)]
internal sealed class SavedClipsRecognition : SavedRecognition<SavedClipsRow>;

/// <summary>Recognises from frames and mouth boxes.</summary>
[CustomMappingFactoryAttribute(SavedContracts.VideoBox)]
internal sealed class SavedVideoBoxRecognition : SavedRecognition<SavedVideoBoxRow>;

/// <summary>Recognises from sound, frames and mouth boxes.</summary>
[CustomMappingFactoryAttribute(SavedContracts.ClipsBox)]
internal sealed class SavedClipsBoxRecognition : SavedRecognition<SavedClipsBoxRow>;

/// <summary>Recognises from encoded sound.</summary>
[CustomMappingFactoryAttribute(SavedContracts.AudioFeatures)]
internal sealed class SavedAudioFeaturesRecognition : SavedRecognition<SavedAudioFeaturesRow>;

/// <summary>Recognises from encoded frames.</summary>
[CustomMappingFactoryAttribute(SavedContracts.VideoFeatures)]
internal sealed class SavedVideoFeaturesRecognition : SavedRecognition<SavedVideoFeaturesRow>;

/// <summary>Recognises from encoded sound and encoded frames.</summary>
[CustomMappingFactoryAttribute(SavedContracts.BothFeatures)]
internal sealed class SavedBothFeaturesRecognition : SavedRecognition<SavedBothFeaturesRow>;

/// <summary>Recognises from encoded sound and frames.</summary>
[CustomMappingFactoryAttribute(SavedContracts.AudioFeaturesVideo)]
internal sealed class SavedAudioFeaturesVideoRecognition : SavedRecognition<SavedAudioFeaturesVideoRow>;

/// <summary>Recognises from encoded sound, frames and mouth boxes.</summary>
[CustomMappingFactoryAttribute(SavedContracts.AudioFeaturesVideoBox)]
internal sealed class SavedAudioFeaturesVideoBoxRecognition : SavedRecognition<SavedAudioFeaturesVideoBoxRow>;

/// <summary>Recognises from sound and encoded frames.</summary>
[CustomMappingFactoryAttribute(SavedContracts.AudioVideoFeatures)]
internal sealed class SavedAudioVideoFeaturesRecognition : SavedRecognition<SavedAudioVideoFeaturesRow>;
