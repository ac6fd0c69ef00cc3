using TorchSharp;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Threads of native computation while a stage trains. Steps of a small model are so short that handing them out to threads and waiting for them
/// costs more than it saves; the number is a rule and not measured at run time, because it may change the last bits of sums.
/// </summary>
internal readonly struct NativeThreads : IDisposable
{
    /// <summary>Stages with fewer trained parameters than this run on one thread.</summary>
    private const long SmallModel = 20_000_000;

    private readonly int _before;

    private NativeThreads(int before) => _before = before;

    /// <summary>Sets the number for a stage, until disposed.</summary>
    /// <param name="parameters">Parameters that the stage trains.</param>
    public static NativeThreads For(long parameters)
    {
        var before = torch.get_num_threads();
        if (parameters < SmallModel)
            torch.set_num_threads(1);
        return new NativeThreads(before);
    }

    /// <summary>Puts back what was before.</summary>
    public void Dispose() => torch.set_num_threads(_before);
}
