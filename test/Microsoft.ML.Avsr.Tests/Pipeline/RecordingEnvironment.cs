using Microsoft.ML.Runtime;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>An environment that keeps its messages with their sensitivity, which a context's log does not show.</summary>
internal sealed class RecordingEnvironment : IHost
{
    private readonly MLContext _context = new(1);

    public List<(ChannelMessageKind Kind, MessageSensitivity Sensitivity, string Text)> Messages { get; } = [];
    public Random Rand { get; } = new(1);
    public ComponentCatalog ComponentCatalog => _context.ComponentCatalog;
    public string ContextDescription => "test";
    public TException Process<TException>(TException ex) where TException : Exception => ex;
    public IHost Register(string name, int? seed = null, bool? verbose = null) => this;
    public IChannel Start(string name) => new Channel(this);
    public IPipe<TMessage> StartPipe<TMessage>(string name) => throw new NotSupportedException();
    public IProgressChannel StartProgressChannel(string name) => ((IProgressChannelProvider)_context).StartProgressChannel(name);

    private sealed class Channel(RecordingEnvironment environment) : IChannel
    {
        public string ContextDescription => "test";
        public TException Process<TException>(TException ex) where TException : Exception => ex;
        public void Send(ChannelMessage msg) => environment.Messages.Add((msg.Kind, msg.Sensitivity, msg.Message));
        public void Trace(MessageSensitivity sensitivity, string fmt) => Add(ChannelMessageKind.Trace, sensitivity, fmt);
        public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) => Add(ChannelMessageKind.Trace, sensitivity, string.Format(fmt, args));
        public void Error(MessageSensitivity sensitivity, string fmt) => Add(ChannelMessageKind.Error, sensitivity, fmt);
        public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) => Add(ChannelMessageKind.Error, sensitivity, string.Format(fmt, args));
        public void Warning(MessageSensitivity sensitivity, string fmt) => Add(ChannelMessageKind.Warning, sensitivity, fmt);
        public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) => Add(ChannelMessageKind.Warning, sensitivity, string.Format(fmt, args));
        public void Info(MessageSensitivity sensitivity, string fmt) => Add(ChannelMessageKind.Info, sensitivity, fmt);
        public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) => Add(ChannelMessageKind.Info, sensitivity, string.Format(fmt, args));
        public void Dispose() { }

        private void Add(ChannelMessageKind kind, MessageSensitivity sensitivity, string text) => environment.Messages.Add((kind, sensitivity, text));
    }
}
