using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>What every catalog carries inside; outside code cannot ask for it.</summary>
internal interface IInternalCatalog
{
    IHostEnvironment Environment { get; }
}

/// <summary>The environment behind an <see cref="MLContext"/>: seeded randomness, and messages that end in its log.</summary>
internal sealed class LocalEnvironment : IHostEnvironmentInternal
{
    private readonly Action<ChannelMessage, string> _log;
    private readonly Random _random;
    private readonly Lock _randomLock = new();

    public LocalEnvironment(int? seed, Action<ChannelMessage, string> log)
    {
        Seed = seed;
        _log = log;
        _random = seed is { } value ? new Random(value) : new Random();
    }

    public int? Seed { get; }
    public string TempFilePath { get; set; } = Path.GetTempPath();
    public int? GpuDeviceId { get; set; }
    public bool FallbackToCpu { get; set; }
    public ComponentCatalog ComponentCatalog { get; } = new();
    public string ContextDescription => "MLContext";

    public TException Process<TException>(TException ex) where TException : Exception => ex;

    public IHost Register(string name, int? seed = null, bool? verbose = null) => new Host(this, name, seed ?? NextSeed());

    public IChannel Start(string name) => new Channel(this, name);
    public IPipe<TMessage> StartPipe<TMessage>(string name) => Pipe<TMessage>(name);
    public IProgressChannel StartProgressChannel(string name) => new SilentProgress();

    public int NextSeed()
    {
        lock (_randomLock)
            return _random.Next();
    }

    private IPipe<TMessage> Pipe<TMessage>(string fullName) => new Channel(this, fullName) as IPipe<TMessage>
        ?? throw new NotSupportedException($"No listener takes messages of type {typeof(TMessage)}.");

    /// <summary>A component's view of the environment: its name before its messages, its own randomness.</summary>
    private sealed class Host(LocalEnvironment environment, string fullName, int seed) : IHost
    {
        public Random Rand { get; } = new(seed);
        public ComponentCatalog ComponentCatalog => environment.ComponentCatalog;
        public string ContextDescription => fullName;
        public TException Process<TException>(TException ex) where TException : Exception => ex;

        public IHost Register(string name, int? childSeed = null, bool? verbose = null)
        {
            lock (Rand)
                return new Host(environment, fullName + ":" + name, childSeed ?? Rand.Next());
        }

        public IChannel Start(string name) => new Channel(environment, fullName + "; " + name);
        public IPipe<TMessage> StartPipe<TMessage>(string name) => environment.Pipe<TMessage>(fullName + "; " + name);
        public IProgressChannel StartProgressChannel(string name) => new SilentProgress();
    }

    private sealed class Channel(LocalEnvironment environment, string fullName) : IChannel
    {
        public string ContextDescription => fullName;
        public TException Process<TException>(TException ex) where TException : Exception => ex;
        public void Send(ChannelMessage msg) => environment._log(msg, fullName);
        public void Trace(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Trace, sensitivity, fmt));
        public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new(ChannelMessageKind.Trace, sensitivity, fmt, args));
        public void Error(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Error, sensitivity, fmt));
        public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new(ChannelMessageKind.Error, sensitivity, fmt, args));
        public void Warning(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Warning, sensitivity, fmt));
        public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new(ChannelMessageKind.Warning, sensitivity, fmt, args));
        public void Info(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Info, sensitivity, fmt));
        public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new(ChannelMessageKind.Info, sensitivity, fmt, args));
        public void Dispose() { }
    }

    /// <summary>A context shows progress nowhere, in the real library too; only its messages appear.</summary>
    private sealed class SilentProgress : IProgressChannel
    {
        public IProgressChannel StartProgressChannel(string name) => new SilentProgress();
        public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction) { }
        public void Checkpoint(params double?[] values) { }
        public void Dispose() { }
    }
}
