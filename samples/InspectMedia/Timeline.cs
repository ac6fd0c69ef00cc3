using System.Globalization;
using System.Text;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using TorchSharp;

namespace InspectMedia;

/// <summary>What happens over time, on one axis: waveform, log-mel, detections, movement of the mouth.</summary>
internal sealed class Timeline(ClipInspection clip, IReadOnlyList<int> shownFrames)
{
    private const int Left = 118, Width = 960, WaveHeight = 90, MelHeight = 120, RowHeight = 26;

    private readonly StringBuilder _svg = new();
    private int _top;

    /// <summary>Draws it.</summary>
    public string Render()
    {
        if (clip.Clip.Audio is { Samples.Length: > 0 } audio)
        {
            Wave(audio);
            Mel(audio);
        }
        if (clip.Clip.Video is { } video)
        {
            foreach (var (track, i) in (clip.Region?.Faces ?? []).Take(6).Select((t, i) => (t, i)))
                Detections(track, i, video.FrameRate);
            if (clip.Region?.Mouth is { } mouth)
                Movement(mouth);
            foreach (var frame in shownFrames)
                _svg.Append(Invariant($"<path class=\"mark\" d=\"M{X(frame / video.FrameRate):0.#} 0V{_top}\"/>"));
        }
        Axis();
        return Invariant($"<svg class=\"time\" viewBox=\"0 0 {Left + Width + 12} {_top + 30}\" width=\"{Left + Width + 12}\" role=\"img\" aria-label=\"signals over time\">") + _svg + "</svg>";
    }

    private double X(double seconds) => Left + Width * seconds / Math.Max(clip.Seconds, 1e-3);

    private void Name(string text, int height) => _svg.Append(Invariant($"<text x=\"{Left - 10}\" y=\"{_top + height / 2 + 4}\" text-anchor=\"end\">{text}</text>"));

    private void Wave(AudioClip audio)
    {
        Name("waveform", WaveHeight);
        var samples = audio.Samples.Span;
        var columns = (int)Math.Min(Width, samples.Length);
        var middle = _top + WaveHeight / 2.0;
        StringBuilder path = new(), clipped = new();
        for (var c = 0; c < columns; c++)
        {
            float low = 0, high = 0;
            for (var i = (long)c * samples.Length / columns; i < (long)(c + 1) * samples.Length / columns; i++)
            {
                low = Math.Min(low, samples[(int)i]);
                high = Math.Max(high, samples[(int)i]);
            }
            var x = X(c * audio.Duration.TotalSeconds / columns);
            var isClipped = high >= 0.99f || low <= -0.99f;
            (isClipped ? clipped : path).Append(Invariant($"M{x:0.#} {middle - Math.Min(high, 1) * WaveHeight / 2:0.#}V{middle - Math.Max(low, -1) * WaveHeight / 2 + 0.5:0.#}"));
        }
        _svg.Append(Invariant($"<path class=\"grid\" d=\"M{Left} {middle}H{Left + Width}\"/><path class=\"wave\" d=\"{path}\"/>"));
        if (clipped.Length > 0)
            _svg.Append(Invariant($"<path class=\"clip\" d=\"{clipped}\"/>"));
        _top += WaveHeight + 8;
    }

    private void Mel(AudioClip audio)
    {
        if (audio.Samples.Length < LogMelSpectrogram.MinimumSamples)
            return;
        Name("log-mel", MelHeight);
        using var scope = torch.NewDisposeScope();
        using var extractor = new LogMelSpectrogram();
        var mel = extractor.Compute(audio.Samples.Span); // [80, frames]
        int bins = (int)mel.size(0), frames = (int)mel.size(1);
        var values = mel.contiguous().data<float>().ToArray();
        float low = values.Min(), high = Math.Max(values.Max(), low + 1e-3f);
        var columns = Math.Min(frames, 1920);
        var pixels = new byte[bins * columns * 3]; // [bins, columns, 3], low frequencies at the bottom
        for (var y = 0; y < bins; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                var value = (values[(bins - 1 - y) * frames + (int)((long)x * frames / columns)] - low) / (high - low);
                Heat(value, pixels.AsSpan((y * columns + x) * 3, 3));
            }
        }
        _svg.Append(Invariant($"<image x=\"{Left}\" y=\"{_top}\" width=\"{X(audio.Duration.TotalSeconds) - Left:0.#}\" height=\"{MelHeight}\" preserveAspectRatio=\"none\" href=\"{PngImage.Colour(pixels, columns, bins)}\"/>"));
        _top += MelHeight + 12;
    }

    private void Detections(FaceTrack track, int number, double rate)
    {
        var isChosen = ReferenceEquals(track, clip.Region!.Face);
        Name(isChosen ? $"face {number + 1}, used" : $"face {number + 1}", RowHeight - 8);
        _svg.Append(Invariant($"<rect class=\"lane\" x=\"{Left}\" y=\"{_top}\" width=\"{Width}\" height=\"{RowHeight - 8}\"/>"));
        var step = track.Detections.Count > 1 ? track.Detections.Zip(track.Detections.Skip(1), (a, b) => b.Frame - a.Frame).Min() : 1;
        foreach (var (frame, face) in track.Detections)
        {
            // Full height is certain; the detector's threshold is 0.6.
            var height = (RowHeight - 8) * Math.Clamp((face.Score - 0.5) / 0.5, 0.1, 1);
            _svg.Append(Invariant($"<rect class=\"{(isChosen ? "hit" : "hit other")}\" x=\"{X(frame / rate):0.#}\" y=\"{_top + RowHeight - 8 - height:0.#}\" width=\"{Math.Max(1, Math.Min(X((frame + step) / rate), Left + Width) - X(frame / rate) - 0.6):0.#}\" height=\"{height:0.#}\"><title>{frame / rate:0.00} s: score {face.Score:0.00}</title></rect>"));
        }
        if (track.SoundMatch is { } match)
            _svg.Append(Invariant($"<text x=\"{Left + Width - 4}\" y=\"{_top + 13}\" text-anchor=\"end\" class=\"over\">match with the sound {match:0.00}</text>"));
        _top += RowHeight;
    }

    // How much the mouth changes from frame to frame.
    private void Movement(VideoClip mouth)
    {
        const int Height = 50;
        Name("mouth moves", Height);
        var change = new double[mouth.Frames];
        for (var t = 1; t < mouth.Frames; t++)
        {
            ReadOnlySpan<byte> before = mouth.Frame(t - 1), now = mouth.Frame(t);
            for (var i = 0; i < now.Length; i++)
                change[t] += Math.Abs(now[i] - before[i]) / (double)now.Length;
        }
        var most = Math.Max(change.Max(), 1);
        var path = string.Concat(change.Select((c, t) => Invariant($"{(t == 0 ? 'M' : 'L')}{X(t / mouth.FrameRate):0.#} {_top + Height - c / most * Height:0.#}")));
        _svg.Append(Invariant($"<path class=\"move\" d=\"{path}\"/>"));
        _top += Height + 8;
    }

    private void Axis()
    {
        _svg.Append(Invariant($"<path class=\"axis\" d=\"M{Left} {_top + 4}H{Left + Width}\"/>"));
        var step = new[] { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120 }.First(s => clip.Seconds / s <= 13 || s >= 120);
        for (var i = 0; i * step <= clip.Seconds + 1e-6; i++)
            _svg.Append(Invariant($"<path class=\"axis\" d=\"M{X(i * step):0.#} {_top + 4}v5\"/><text x=\"{X(i * step):0.#}\" y=\"{_top + 24}\" text-anchor=\"middle\">{i * step:0.##} s</text>"));
    }

    // From dark blue over red to light yellow, with even steps in lightness.
    private static void Heat(float value, Span<byte> target)
    {
        ReadOnlySpan<byte> stops = [8, 6, 30, 66, 18, 95, 140, 41, 100, 205, 70, 74, 245, 140, 50, 252, 225, 140];
        var position = Math.Clamp(value, 0, 1) * 5;
        var at = Math.Min((int)position, 4);
        for (var c = 0; c < 3; c++)
            target[c] = (byte)(stops[at * 3 + c] + (stops[at * 3 + 3 + c] - stops[at * 3 + c]) * (position - at));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
