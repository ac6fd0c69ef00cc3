using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Avsr;

/// <summary>
/// A transformer as a chain of ML.NET's own: copy the input columns to fixed names, write a constant key, look the payload up by it,
/// recognise (a custom mapping, found again by its contract), copy the results to the user's names, drop the fixed names. ML.NET lets a
/// package save in no other way; what comes back from loading is this chain.
/// </summary>
internal static class SavedChain
{
    /// <summary>Builds the chain.</summary>
    public static TransformerChain<ITransformer> Create(RecognitionSettings settings, SharedModel model)
    {
        var payload = SavedPayload.Write(settings, model);
        var boxed = settings.MouthRegion == MouthRegionMode.BoxColumns;
        // A recogniser that only hears does not read landmarks.
        if (settings.MouthRegion == MouthRegionMode.LandmarkColumn && (settings.MediaKind != MediaColumnKind.Clips || settings.VideoColumnName is not null))
            return WithLandmarks(settings, payload);
        return (settings.MediaKind, FormOf(settings.AudioColumnName, settings.AudioFeatureWidth), FormOf(settings.VideoColumnName, settings.VideoFeatureWidth), boxed) switch
        {
            (MediaColumnKind.Path, _, _, false) => Recognizer<SavedPathRow>(settings, payload, new SavedPathRecognition(), SavedContracts.Path),
            (MediaColumnKind.Path, _, _, true) => Recognizer<SavedPathBoxRow>(settings, payload, new SavedPathBoxRecognition(), SavedContracts.PathBox),
            (MediaColumnKind.Bytes, _, _, false) => Recognizer<SavedBytesRow>(settings, payload, new SavedBytesRecognition(), SavedContracts.Bytes),
            (MediaColumnKind.Bytes, _, _, true) => Recognizer<SavedBytesBoxRow>(settings, payload, new SavedBytesBoxRecognition(), SavedContracts.BytesBox),
            (_, Form.Clip, Form.None, _) => Recognizer<SavedAudioRow>(settings, payload, new SavedAudioRecognition(), SavedContracts.Audio),
            (_, Form.None, Form.Clip, false) => Recognizer<SavedVideoRow>(settings, payload, new SavedVideoRecognition(), SavedContracts.Video),
            (_, Form.None, Form.Clip, true) => Recognizer<SavedVideoBoxRow>(settings, payload, new SavedVideoBoxRecognition(), SavedContracts.VideoBox),
            (_, Form.Clip, Form.Clip, false) => Recognizer<SavedClipsRow>(settings, payload, new SavedClipsRecognition(), SavedContracts.Clips),
            (_, Form.Clip, Form.Clip, true) => Recognizer<SavedClipsBoxRow>(settings, payload, new SavedClipsBoxRecognition(), SavedContracts.ClipsBox),
            (_, Form.Features, Form.None, _) => Recognizer<SavedAudioFeaturesRow>(settings, payload, new SavedAudioFeaturesRecognition(), SavedContracts.AudioFeatures),
            (_, Form.None, Form.Features, _) => Recognizer<SavedVideoFeaturesRow>(settings, payload, new SavedVideoFeaturesRecognition(), SavedContracts.VideoFeatures),
            (_, Form.Features, Form.Features, _) => Recognizer<SavedBothFeaturesRow>(settings, payload, new SavedBothFeaturesRecognition(), SavedContracts.BothFeatures),
            (_, Form.Features, Form.Clip, false) =>
                Recognizer<SavedAudioFeaturesVideoRow>(settings, payload, new SavedAudioFeaturesVideoRecognition(), SavedContracts.AudioFeaturesVideo),
            (_, Form.Features, Form.Clip, true) =>
                Recognizer<SavedAudioFeaturesVideoBoxRow>(settings, payload, new SavedAudioFeaturesVideoBoxRecognition(), SavedContracts.AudioFeaturesVideoBox),
            (_, Form.Clip, Form.Features, _) =>
                Recognizer<SavedAudioVideoFeaturesRow>(settings, payload, new SavedAudioVideoFeaturesRecognition(), SavedContracts.AudioVideoFeatures),
            _ => throw new InvalidOperationException("The recogniser names no media column."),
        };
    }

    private static TransformerChain<ITransformer> WithLandmarks(RecognitionSettings settings, string[] payload) =>
        (settings.MediaKind, FormOf(settings.AudioColumnName, settings.AudioFeatureWidth), FormOf(settings.VideoColumnName, settings.VideoFeatureWidth)) switch
        {
            (MediaColumnKind.Path, _, _) => Recognizer<SavedPathLandmarksRow>(settings, payload, new SavedPathLandmarksRecognition(), SavedContracts.PathLandmarks),
            (MediaColumnKind.Bytes, _, _) => Recognizer<SavedBytesLandmarksRow>(settings, payload, new SavedBytesLandmarksRecognition(), SavedContracts.BytesLandmarks),
            (_, Form.None, Form.Clip) => Recognizer<SavedVideoLandmarksRow>(settings, payload, new SavedVideoLandmarksRecognition(), SavedContracts.VideoLandmarks),
            (_, Form.Clip, Form.Clip) => Recognizer<SavedClipsLandmarksRow>(settings, payload, new SavedClipsLandmarksRecognition(), SavedContracts.ClipsLandmarks),
            (_, Form.Features, Form.Clip) =>
                Recognizer<SavedAudioFeaturesVideoLandmarksRow>(settings, payload, new SavedAudioFeaturesVideoLandmarksRecognition(), SavedContracts.AudioFeaturesVideoLandmarks),
            _ => throw new InvalidOperationException("The recogniser has landmarks, but no frames."),
        };

    /// <summary>What a stream's column holds.</summary>
    private enum Form
    {
        None,
        Clip,
        Features,
    }

    private static Form FormOf(string? column, int? featureWidth) => column is null ? Form.None : featureWidth is null ? Form.Clip : Form.Features;

    /// <summary>Finds the recogniser's payload in a loaded model, looking into chains; null where there is none.</summary>
    public static VBuffer<ReadOnlyMemory<char>>? FindPayload(ITransformer model)
    {
        if (model is not IEnumerable<ITransformer> chain)
            return null;
        var members = chain.ToArray();
        for (var i = 0; i + 2 < members.Length; i++)
        {
            // Other stages of this package are saved in the same way; the recogniser's custom mapping is known by its result.
            if (members[i] is CustomMappingTransformer<SavedNothing, SavedKey> key && members[i + 2].GetType().GenericTypeArguments is [_, var result] && result == typeof(SavedResult))
            {
                var one = new MLContext().Data.LoadFromEnumerable(new[] { new SavedNothing() });
                return members[i + 1].Transform(key.Transform(one)).GetColumn<VBuffer<ReadOnlyMemory<char>>>(SavedColumns.Payload).Single();
            }
        }
        return members.Select(FindPayload).FirstOrDefault(payload => payload is not null);
    }

    /// <summary>Builds the chain of a stage.</summary>
    /// <typeparam name="TRow">What the stage reads: columns of fixed names, and the payload.</typeparam>
    /// <typeparam name="TResult">What the stage writes: columns of fixed names.</typeparam>
    /// <param name="mapping">The stage's work on one row.</param>
    /// <param name="contract">The name by which loading finds it again.</param>
    /// <param name="payload">What it needs, as texts.</param>
    /// <param name="userName">The user's name of each column of a fixed name.</param>
    public static TransformerChain<ITransformer> Build<TRow, TResult>(Action<TRow, TResult> mapping, string contract, string[] payload, Func<string, string> userName)
        where TRow : class, new() where TResult : class, new()
    {
        var context = new MLContext();
        var definition = SchemaDefinition.Create(typeof(TRow));
        definition.RemoveAll(column => column.ColumnName == SavedColumns.Payload);
        var inputs = new List<(string Fixed, string Name)>();
        foreach (var column in definition)
        {
            inputs.Add((column.ColumnName, userName(column.ColumnName)));
            column.ColumnName = inputs[^1].Name;
        }
        var outputs = SchemaDefinition.Create(typeof(TResult)).Select(column => (Fixed: column.ColumnName, Name: userName(column.ColumnName))).ToArray();
        var view = context.Data.LoadFromEnumerable(new[] { new TRow() }, definition);

        var chain = new List<ITransformer>();
        foreach (var (canonical, name) in inputs)
            Add(context.Transforms.CopyColumns(canonical, name));
        Add(context.Transforms.CustomMapping(SavedKeyFactory.Mapping, SavedContracts.Key));
        Add(context.Transforms.Conversion.MapValue(SavedColumns.Payload, [KeyValuePair.Create(SavedColumns.KeyValue, payload)], SavedColumns.Key));
        Add(context.Transforms.CustomMapping(mapping, contract));
        foreach (var (canonical, name) in outputs)
            Add(context.Transforms.CopyColumns(name, canonical));
        Add(context.Transforms.DropColumns(
            [.. inputs.Select(input => input.Fixed).Concat(outputs.Select(output => output.Fixed)).Append(SavedColumns.Key).Append(SavedColumns.Payload).Distinct()]));
        return new TransformerChain<ITransformer>([.. chain]);

        void Add(IEstimator<ITransformer> estimator)
        {
            var transformer = estimator.Fit(view);
            view = transformer.Transform(view);
            chain.Add(transformer);
        }
    }

    private static TransformerChain<ITransformer> Recognizer<TRow>(RecognitionSettings settings, string[] payload, SavedRecognition<TRow> recognition, string contract)
        where TRow : SavedRow, new() =>
        Build(recognition.GetMapping(), contract, payload, fixedName => QualityColumns.UserName(settings.OutputColumnName, fixedName) ?? UserName(settings, fixedName));

    private static string UserName(RecognitionSettings settings, string fixedName) => fixedName switch
    {
        SavedColumns.Transcript => settings.OutputColumnName,
        SavedColumns.Confidence => settings.ConfidenceColumnName,
        SavedColumns.Status => settings.StatusColumnName,
        SavedColumns.Modality => settings.ModalityColumnName,
        SavedColumns.Media => settings.MediaColumnName!,
        SavedColumns.Audio or SavedColumns.AudioFeatures => settings.AudioColumnName!,
        SavedColumns.Video or SavedColumns.VideoFeatures => settings.VideoColumnName!,
        SavedColumns.Landmarks => settings.LandmarkColumnName!,
        SavedColumns.BoxX => settings.MouthBoxColumnNames![0],
        SavedColumns.BoxY => settings.MouthBoxColumnNames![1],
        SavedColumns.BoxWidth => settings.MouthBoxColumnNames![2],
        _ => settings.MouthBoxColumnNames![3],
    };
}
