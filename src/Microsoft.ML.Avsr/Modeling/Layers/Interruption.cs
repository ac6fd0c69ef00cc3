namespace Microsoft.ML.Avsr.Modeling;

/// <summary>
/// Cancellation inside a forward pass. A batch goes through dozens of native operations; between them the layers ask here whether anyone still
/// wants the result. Only passes that may be thrown away halfway are watched: a training step is not, because it leaves batch statistics behind.
/// </summary>
internal static class Interruption
{
    [ThreadStatic]
    private static CancellationToken s_token;

    /// <summary>Watches what this thread computes until the scope is disposed.</summary>
    /// <param name="token">Cancels it.</param>
    public static Scope Watch(CancellationToken token)
    {
        var scope = new Scope(s_token);
        s_token = token;
        return scope;
    }

    /// <summary>Called by layers before they compute.</summary>
    /// <exception cref="OperationCanceledException">The pass is watched and was cancelled.</exception>
    public static void Check() => s_token.ThrowIfCancellationRequested();

    /// <summary>Ends the watch.</summary>
    /// <param name="outer">What was watched before.</param>
    public readonly struct Scope(CancellationToken outer) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => s_token = outer;
    }
}
