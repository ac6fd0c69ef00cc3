namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Watches the memory of this process until it is disposed.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly Timer _timer;
    private long _peak;

    public MemoryWatch()
    {
        GC.Collect();
        Before = _peak = Environment.WorkingSet;
        _timer = new Timer(_ => Look(), null, 20, 20);
    }

    /// <summary>Resident bytes at the beginning.</summary>
    public long Before { get; }

    /// <summary>The most resident bytes since then, looked at every 20 ms.</summary>
    public long Peak
    {
        get
        {
            Look();
            return Volatile.Read(ref _peak);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = Environment.WorkingSet;
        long before;
        while (now > (before = Volatile.Read(ref _peak)) && Interlocked.CompareExchange(ref _peak, now, before) != before)
        {
        }
    }
}
