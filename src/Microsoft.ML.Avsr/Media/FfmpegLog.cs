using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Media;

/// <summary>What ffmpeg says (run with <c>-loglevel level+info</c>): the input's description and the errors.</summary>
internal sealed partial class FfmpegLog
{
    private const int MaxErrors = 32;
    private const int MaxLine = 400;

    private readonly List<string> _errors = [];
    private readonly ManualResetEventSlim _opened = new(); // the inputs are described
    private readonly ManualResetEventSlim _described = new(); // the mapping too
    private bool _inInput;
    private bool _durationIsGuess;
    private readonly List<MediaSourceInfo> _inputs = [];
    private readonly FfmpegTimes _times = new();
    private readonly List<int> _mapping = [];
    private MediaSourceInfo? _input;
    private int _errorCount;

    /// <summary>The first input's description, or null before it is known.</summary>
    internal MediaSourceInfo? Input => Inputs is [var first, ..] ? first : null;

    /// <summary>The inputs' descriptions as far as they are known; measured times are complete when all was decoded.</summary>
    internal IReadOnlyList<MediaSourceInfo> Inputs
    {
        get
        {
            lock (_errors)
                return _input is null ? [] : [.. _inputs.Append(_input).Select(_times.Complete)];
        }
    }

    /// <summary>For each stream of the output, which input it comes from.</summary>
    internal IReadOnlyList<int> Mapping
    {
        get
        {
            lock (_errors)
                return [.. _mapping];
        }
    }

    /// <summary>Number of error messages.</summary>
    internal int ErrorCount
    {
        get
        {
            lock (_errors)
                return _errorCount;
        }
    }

    /// <summary>Whether a message says that the file ends too early.</summary>
    internal bool SaysTruncated => Contains("partial file") || Contains("Truncat") || Contains("File ended prematurely") || Contains("stream ends prematurely");

    /// <summary>Waits until the inputs are described or will not be; nothing need be decoded yet.</summary>
    internal MediaSourceInfo? WaitForInput(TimeSpan timeout)
    {
        _opened.Wait(timeout);
        return Input;
    }

    /// <summary>Waits until <see cref="Mapping"/> is complete or there will be none: when the first frame or sound comes out.</summary>
    internal void WaitForMapping(TimeSpan timeout) => _described.Wait(timeout);

    /// <summary>The errors in one line, most informative first, or <paramref name="otherwise"/>.</summary>
    internal string Reason(string otherwise)
    {
        lock (_errors)
        {
            if (_errors.Count == 0)
                return otherwise;
            var text = string.Join("; ", _errors.Distinct().Take(3));
            return text.Length <= MaxLine ? text : text[..MaxLine] + "...";
        }
    }

    /// <summary>Reads messages to their end; memory stays bounded whatever is written.</summary>
    internal void ReadAll(TextReader reader)
    {
        try
        {
            var buffer = new char[4096];
            var line = new System.Text.StringBuilder();
            int count;
            while ((count = reader.Read(buffer, 0, buffer.Length)) > 0)
            {
                foreach (var c in buffer.AsSpan(0, count))
                {
                    if (c is '\n' or '\r')
                    {
                        Add(line.ToString());
                        line.Clear();
                    }
                    else if (line.Length < MaxLine)
                    {
                        line.Append(c);
                    }
                }
            }
            Add(line.ToString());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe went with the process.
        }
        finally
        {
            _opened.Set();
            _described.Set();
        }
    }

    private bool Contains(string text)
    {
        lock (_errors)
            return _errors.Any(e => e.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    private void Add(string line)
    {
        // "[info] text" or "[h264 @ 0x55...] [error] text".
        var level = line.StartsWith('[') ? LevelPattern().Match(line) : Match.Empty;
        if (!level.Success)
            return;
        var text = line[(level.Index + level.Length)..];
        lock (_errors)
        {
            if (_times.Add(line))
                return;
            switch (level.Groups[1].Value)
            {
                case "error" or "fatal" or "panic":
                    AddError(text.Trim());
                    break;
                case "warning" when text.Contains("Estimating duration from bitrate", StringComparison.Ordinal):
                    _durationIsGuess = true;
                    break;
                case "info":
                    AddInfo(text);
                    break;
            }
        }
    }

    private void AddError(string text)
    {
        // Not the file's fault: the in-memory cache cannot seek in its pipe, and our own early end of reading.
        if (text.Length == 0 || text.Contains("seekback", StringComparison.Ordinal) || text.Contains("Broken pipe", StringComparison.Ordinal))
            return;
        _errorCount++;
        text = FileNamePattern().Replace(text, "");
        text = AddressPattern().Replace(text, "");
        if (_errors.Count < MaxErrors)
            _errors.Add(text);
    }

    // Only lines with the exact indentation count: a hostile title or comment is printed deeper.
    private void AddInfo(string text)
    {
        if (InputPattern().Match(text) is { Success: true } input)
        {
            if (_input is not null)
                _inputs.Add(_input);
            _inInput = true;
            _input = new MediaSourceInfo { Container = input.Groups[1].Value };
        }
        else if (text.StartsWith("Stream mapping:", StringComparison.Ordinal))
        {
            _inInput = false;
            _opened.Set();
        }
        else if (text.StartsWith("Output #0", StringComparison.Ordinal))
        {
            _inInput = false;
            _opened.Set();
            _described.Set();
        }
        else if (!_described.IsSet && MappingPattern().Match(text) is { Success: true } mapping && mapping.Groups[2].Value == _mapping.Count.ToString(CultureInfo.InvariantCulture))
        {
            _mapping.Add(int.Parse(mapping.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }
        else if (_inInput && _input is not null)
        {
            if (text.StartsWith("  Duration: ", StringComparison.Ordinal))
                _input = _input with { Duration = _durationIsGuess ? null : Clock(text), Start = Seconds(StartPattern().Match(text)) };
            else if (text.StartsWith("  Stream #", StringComparison.Ordinal))
                AddStream(text);
            else if (RotationPattern().Match(text) is { Success: true } rotation && Number(rotation) is { } degrees)
                _input = _input with { Rotation = degrees };
        }
    }

    private void AddStream(string text)
    {
        if (text.Contains(": Video: ", StringComparison.Ordinal))
        {
            if (text.Contains("(attached pic)", StringComparison.Ordinal))
                return; // a cover picture
            var size = SizePattern().Match(text);
            _input = _input! with { VideoTracks = _input.VideoTracks + 1 };
            if (_input.FrameSize is null && size.Success
                && int.TryParse(size.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var width)
                && int.TryParse(size.Groups[2].ValueSpan, CultureInfo.InvariantCulture, out var height))
                _input = _input with { FrameSize = (width, height), FrameRate = Number(RatePattern().Match(text)) };
        }
        else if (text.Contains(": Audio: ", StringComparison.Ordinal))
        {
            var rate = Number(HertzPattern().Match(text));
            _input = _input! with { AudioTracks = _input.AudioTracks + 1, SampleRate = _input.SampleRate ?? (int?)rate };
        }
    }

    private static TimeSpan? Clock(string text)
    {
        var match = ClockPattern().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture, out var seconds)
            || !long.TryParse(match.Groups[1].ValueSpan, out var hours) || hours > 1_000_000)
            return null;
        return TimeSpan.FromSeconds(hours * 3600 + int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) * 60 + seconds);
    }

    private static double? Number(Match match) =>
        match.Success && double.TryParse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static TimeSpan? Seconds(Match match) =>
        Number(match) is { } value && Math.Abs(value) < 1e9 ? TimeSpan.FromSeconds(value) : null;

    [GeneratedRegex(@"\[(info|warning|error|fatal|panic)\] ")]
    private static partial Regex LevelPattern();

    [GeneratedRegex(@"^Input #\d+, ([^ ]+), from ")]
    private static partial Regex InputPattern();

    [GeneratedRegex(@"^  Stream #(\d{1,4}):\d+ -> #0:(\d{1,4}) ")]
    private static partial Regex MappingPattern();

    [GeneratedRegex(@"^(file|cache|pipe):.*?: (?=[A-Z])")]
    private static partial Regex FileNamePattern();

    [GeneratedRegex(@" ?@? ?0x[0-9a-f]+")]
    private static partial Regex AddressPattern();

    [GeneratedRegex(@"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")]
    private static partial Regex ClockPattern();

    [GeneratedRegex(@"start: (-?\d+(?:\.\d+)?)")]
    private static partial Regex StartPattern();

    [GeneratedRegex(@", (\d{1,9})x(\d{1,9})(?=[, \[]|$)")]
    private static partial Regex SizePattern();

    [GeneratedRegex(@", (\d+(?:\.\d+)?) fps")]
    private static partial Regex RatePattern();

    [GeneratedRegex(@", (\d{1,9}) Hz")]
    private static partial Regex HertzPattern();

    [GeneratedRegex(@"^ +displaymatrix: rotation of (-?\d+(?:\.\d+)?) degrees")]
    private static partial Regex RotationPattern();
}
