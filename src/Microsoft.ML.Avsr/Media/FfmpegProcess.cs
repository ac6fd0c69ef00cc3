using System.ComponentModel;
using System.Diagnostics;

namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// One ffmpeg child: its result is read from <see cref="Output"/>, its messages are collected in <see cref="Log"/> by a thread of
/// their own (so that neither pipe can fill up and stall it), and it is killed on cancellation, timeout and disposal.
/// </summary>
internal sealed class FfmpegProcess : IDisposable
{
    private readonly Process _process;
    private readonly Thread _messages;
    private readonly Thread? _feeder;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenRegistration _kill;

    private FfmpegProcess(Process process, Stream? input, TimeSpan timeout, CancellationToken cancellation)
    {
        _process = process;
        _cancellation = cancellation;
        _messages = new Thread(() => Log.ReadAll(process.StandardError), 256 * 1024) { IsBackground = true, Name = "ffmpeg messages" };
        _messages.Start();
        if (input is null)
        {
            process.StandardInput.Close();
        }
        else
        {
            _feeder = new Thread(() => Feed(input), 256 * 1024) { IsBackground = true, Name = "ffmpeg input" };
            _feeder.Start();
        }
        _deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _kill = _deadline.Token.Register(Kill);
        _deadline.CancelAfter(timeout);
    }

    internal Stream Output => _process.StandardOutput.BaseStream;

    internal FfmpegLog Log { get; } = new();

    /// <summary>Whether the child was killed because its time was up.</summary>
    internal bool TimedOut => _deadline.IsCancellationRequested && !_cancellation.IsCancellationRequested;

    /// <summary>Starts ffmpeg without a shell; every argument is passed as it is.</summary>
    /// <exception cref="MediaException">It cannot be started.</exception>
    internal static FfmpegProcess Start(string executable, IEnumerable<string> arguments, Stream? input, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(executable)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // Makes messages and colours independent of the caller's environment (FFREPORT would write files).
        start.Environment.Remove("FFREPORT");
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        // ffmpeg links libraries that start a thread pool each; it never uses them here.
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        start.Environment["OMP_NUM_THREADS"] = "1";
        var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw new MediaException($"'{executable}' cannot be started: {e.Message}. {Ffmpeg.HowToInstall}", e);
        }
        return new FfmpegProcess(process, input, timeout, cancellation);
    }

    /// <summary>Gives the child this much time from now on.</summary>
    internal void Restart(TimeSpan timeout) => _deadline.CancelAfter(timeout);

    /// <summary>Throws where the caller cancelled: what was read until then is not the whole.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    internal void ThrowIfCancelled() => _cancellation.ThrowIfCancellationRequested();

    /// <summary>Waits for the end after the output was read, and for the last message.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    internal int Finish()
    {
        _process.WaitForExit();
        _messages.Join();
        _cancellation.ThrowIfCancellationRequested();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _kill.Dispose();
        Kill();
        _process.WaitForExit(); // reaps the child: killed or ended, this is short
        _messages.Join();
        _feeder?.Join();
        _deadline.Dispose();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself meanwhile.
        }
    }

    private void Feed(Stream input)
    {
        try
        {
            using var pipe = _process.StandardInput.BaseStream;
            input.CopyTo(pipe);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or NotSupportedException or OperationCanceledException)
        {
            // ffmpeg closed its end (it needs no more), or the source stream failed: ffmpeg then sees a short file and says so.
        }
    }
}
