using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Avsr;

/// <summary>The way from this package to a context's log and seed.</summary>
internal sealed class AvsrLog(IHostEnvironment? environment)
{
    private readonly IHost? _host = environment?.Register("Avsr");

    // Only the context itself shows its device settings publicly, not the environment behind a catalog.
    private readonly MLContext? _context = environment as MLContext;

    /// <summary>The context's GPU; null where there is none, or where the context is not known.</summary>
    public int? GpuDeviceId => _context?.GpuDeviceId;

    /// <summary>Whether the context allows the CPU where its GPU is missing.</summary>
    public bool FallbackToCpu => _context?.FallbackToCpu ?? false;

    /// <summary>
    /// The environment behind a catalog. ML.NET keeps it internal, so it is looked up by name; where that fails there is no log,
    /// and everything else works.
    /// </summary>
    public static AvsrLog Of(TransformsCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var face = Array.Find(catalog.GetType().GetInterfaces(), type => type.FullName == "Microsoft.ML.Data.IInternalCatalog");
        return new AvsrLog(face?.GetProperty("Environment")?.GetValue(catalog) as IHostEnvironment);
    }

    /// <summary>A seed that follows from the context's, or null where there is no context.</summary>
    public int? NextSeed()
    {
        if (_host is null)
            return null;
        lock (_host)
            return _host.Rand.Next();
    }

    /// <summary>Opens a channel.</summary>
    public Channel Start(string name) => new(_host?.Start(name));

    /// <summary>Takes messages; silent where there is no context.</summary>
    internal sealed class Channel(IChannel? channel) : IDisposable
    {
        public void Info(FormattableString message) => channel?.Info(MessageSensitivity.None, Text(message));

        public void Warning(FormattableString message) => channel?.Warning(MessageSensitivity.None, Text(message));

        /// <summary>A warning that names the user's files or columns.</summary>
        public void WarningAboutData(FormattableString message) => channel?.Warning(MessageSensitivity.UserData | MessageSensitivity.Schema, Text(message));

        public void Dispose() => channel?.Dispose();

        // The text is complete: braces in it are not placeholders, so it goes in as an argument-free message.
        private static string Text(FormattableString message) => FormattableString.Invariant(message);
    }
}

/// <summary>Passes progress on to the caller, and now and then to the log.</summary>
internal sealed class ProgressLog(AvsrLog.Channel log, IProgress<AvsrProgress>? next) : IProgress<AvsrProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private (string Stage, int Epoch) _last;
    private long _lastTime;

    public void Report(AvsrProgress value)
    {
        next?.Report(value);
        var finished = value.Step == value.TotalSteps;
        var changed = (value.Stage, value.Epoch) != _last;
        if (!finished && !(changed && System.Diagnostics.Stopwatch.GetElapsedTime(_lastTime) >= s_interval))
            return;
        _last = (value.Stage, value.Epoch);
        _lastTime = System.Diagnostics.Stopwatch.GetTimestamp();
        log.Info($"{value.Stage}: epoch {value.Epoch}, step {value.Step} of {value.TotalSteps}, loss {value.Loss:0.000}, {value.ItemsPerSecond:0.0} clips/s, {value.Remaining.TotalSeconds:0} s left.");
    }
}
