using System.Diagnostics;
using System.Text;

namespace QuickStart.Reporting;

/// <summary>
/// Shows how far a job is: one line that rewrites itself on a terminal, and an occasional plain line where the output
/// goes to a file or a pipe.
/// </summary>
public sealed class ProgressLine : IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan s_liveInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_plainInterval = TimeSpan.FromSeconds(10);

    private readonly TextWriter _output;
    private readonly bool _live;
    private readonly int _width;
    private readonly Lock _gate = new();
    private readonly Stopwatch _stageClock = new();
    private readonly Stopwatch _sinceShown = new();
    private string _stage = "";
    private string _pending = "";
    private bool _open;

    /// <summary>Writes to the console, live where it is a terminal.</summary>
    public ProgressLine()
        : this(Console.Out, !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb", TerminalWidth())
    {
    }

    /// <summary>Writes to any writer.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="live">Whether a carriage return rewrites the line there.</param>
    /// <param name="width">Columns of the terminal.</param>
    public ProgressLine(TextWriter output, bool live, int width = 100)
    {
        _output = output;
        _live = live;
        _width = Math.Max(40, width);
    }

    /// <summary>Tells how far a stage is; may be called from any thread, as often as you like.</summary>
    /// <param name="stage">The stage's name. A new name closes the stage before.</param>
    /// <param name="fraction">How much of it is done, 0 to 1.</param>
    /// <param name="detail">What else to show, for example loss and items per second.</param>
    /// <param name="timeLeft">Time left, or null when not known.</param>
    public void Report(string stage, double fraction, string detail = "", TimeSpan? timeLeft = null)
    {
        lock (_gate)
        {
            var isNew = stage != _stage;
            if (isNew)
            {
                Close();
                _stage = stage;
                _stageClock.Restart();
            }
            fraction = double.IsFinite(fraction) ? Math.Clamp(fraction, 0, 1) : 0;
            _pending = Line(fraction, detail, timeLeft);
            if (isNew || fraction >= 1 || _sinceShown.Elapsed >= (_live ? s_liveInterval : s_plainInterval))
                Show();
        }
    }

    /// <summary>Writes a line of its own, above the progress line.</summary>
    public void WriteLine(string text)
    {
        lock (_gate)
        {
            if (_live && _open)
                _output.Write("\r\u001b[K");
            _output.WriteLine(text);
            if (_live && _open)
                _output.Write(_pending);
            _output.Flush();
        }
    }

    /// <summary>Ends the stage's line.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Close();
            _stage = "";
        }
    }

    private void Close()
    {
        if (!_open && _pending.Length > 0)
            Show();
        if (_live && _open)
            _output.WriteLine();
        _output.Flush();
        _open = false;
        _pending = "";
    }

    private void Show()
    {
        if (_live)
            _output.Write("\r\u001b[K" + _pending);
        else
            _output.WriteLine(_pending);
        _output.Flush();
        _open = _live;
        if (!_live)
            _pending = "";
        _sinceShown.Restart();
    }

    private string Line(double fraction, string detail, TimeSpan? timeLeft)
    {
        var text = new StringBuilder("  ").Append(_stage.PadRight(22)).Append(' ');
        if (_live)
        {
            var filled = (int)Math.Round(fraction * BarWidth);
            text.Append('\u2588', filled).Append('\u2591', BarWidth - filled).Append(' ');
        }
        text.Append(((int)Math.Floor(fraction * 100)).ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(3)).Append(" %");
        if (detail.Length > 0)
            text.Append("  ").Append(detail);
        if (fraction >= 1)
            text.Append("  in ").Append(Format.Duration(_stageClock.Elapsed));
        else if (timeLeft is { } left)
            text.Append("  ").Append(Format.Duration(left)).Append(" left");
        if (_live && text.Length > _width - 1)
            text.Length = _width - 1;
        return text.ToString();
    }

    private static int TerminalWidth()
    {
        try
        {
            return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 100 : Console.WindowWidth;
        }
        catch (IOException)
        {
            return 100;
        }
    }
}
