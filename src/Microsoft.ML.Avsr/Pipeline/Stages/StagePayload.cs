using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>The settings of a stage without weights, as the one text of a saved chain's payload.</summary>
internal static class StagePayload
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
    };

    public static string[] Write<T>(T settings) => [JsonSerializer.Serialize(settings, s_json)];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="AvsrModelException">The text is no settings.</exception>
    public static T Read<T>(VBuffer<ReadOnlyMemory<char>> payload) where T : class
    {
        try
        {
            if (payload.Length == 1 && JsonSerializer.Deserialize<T>(payload.GetItemOrDefault(0).Span, s_json) is { } settings)
                return settings;
        }
        catch (JsonException error)
        {
            throw new AvsrModelException($"The saved stage is damaged: its settings are not valid JSON ({error.Message}).", error);
        }
        throw new AvsrModelException("The saved stage is damaged: it has no settings.");
    }
}

/// <summary>Something that is made of a payload once and used for all rows.</summary>
/// <typeparam name="TSettings">The payload's settings.</typeparam>
/// <typeparam name="TWorker">What is made of them.</typeparam>
internal sealed class PayloadCache<TSettings, TWorker>(Func<TSettings, TWorker> make) where TSettings : class where TWorker : class
{
    private readonly Lock _lock = new();
    private (ReadOnlyMemory<char> Text, TWorker Worker)? _made;

    public TWorker Get(VBuffer<ReadOnlyMemory<char>> payload)
    {
        var text = payload.Length == 0 ? default : payload.GetItemOrDefault(0);
        lock (_lock)
        {
            if (_made is not { } made || !made.Text.Span.SequenceEqual(text.Span))
                _made = made = (text, make(StagePayload.Read<TSettings>(payload)));
            return made.Worker;
        }
    }
}
