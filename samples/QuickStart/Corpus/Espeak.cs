using System.Runtime.InteropServices;
using System.Text;

namespace QuickStart.Corpus;

/// <summary>A phoneme and when it starts, in seconds.</summary>
/// <param name="Name">espeak-ng's mnemonic, for example <c>eI</c>; empty or starting with <c>_</c> for a pause.</param>
/// <param name="Start">Seconds from the beginning of the speech.</param>
internal readonly record struct PhonemeEvent(string Name, double Start);

/// <summary>Speech with the times of its phonemes.</summary>
/// <param name="Samples">Samples [time].</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Phonemes">In order of time.</param>
internal sealed record Speech(short[] Samples, int SampleRate, IReadOnlyList<PhonemeEvent> Phonemes);

/// <summary>
/// The installed espeak-ng library, which reports phoneme times as it speaks (its command line does so only for MBROLA voices).
/// The library has one global state, which survives its own shutdown: each instance loads it afresh, so that equal texts in equal order
/// sound equal to the last bit. Use one instance at a time, from one thread.
/// </summary>
internal sealed unsafe class Espeak : IDisposable
{
    private const int Synchronous = 2, PhonemeEvents = 1, DoNotExit = 0x8000;
    private const int Rate = 1, Pitch = 3, Range = 4;
    private const uint Utf8 = 1, PhonemeInput = 0x100;
    private const int PhonemeEventType = 7;

    private readonly List<short> _samples = [];
    private readonly List<PhonemeEvent> _phonemes = [];
    private readonly SynthCallback _callback;
    private readonly nint _library;
    private readonly int _sampleRate;
    private readonly delegate* unmanaged<byte*, int> _setVoice;
    private readonly delegate* unmanaged<int, int, int, int> _setParameter;
    private readonly delegate* unmanaged<byte*, nuint, uint, int, uint, uint, uint*, nint, int> _synth;

    /// <summary>Loads the library.</summary>
    /// <exception cref="InvalidOperationException">espeak-ng is not installed.</exception>
    internal Espeak()
    {
        _library = Load();
        _callback = Receive;
        _setVoice = (delegate* unmanaged<byte*, int>)NativeLibrary.GetExport(_library, "espeak_SetVoiceByName");
        _setParameter = (delegate* unmanaged<int, int, int, int>)NativeLibrary.GetExport(_library, "espeak_SetParameter");
        _synth = (delegate* unmanaged<byte*, nuint, uint, int, uint, uint, uint*, nint, int>)NativeLibrary.GetExport(_library, "espeak_Synth");
        var initialize = (delegate* unmanaged<int, int, byte*, int, int>)NativeLibrary.GetExport(_library, "espeak_Initialize");
        var setCallback = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(_library, "espeak_SetSynthCallback");
        _sampleRate = initialize(Synchronous, 0, null, PhonemeEvents | DoNotExit);
        if (_sampleRate <= 0)
            throw new InvalidOperationException("espeak-ng's library is there but not its data. Install the package espeak-ng-data.");
        setCallback(Marshal.GetFunctionPointerForDelegate(_callback));
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SynthCallback(short* samples, int count, Event* events);

    /// <summary>Unloads the library.</summary>
    public void Dispose()
    {
        NativeLibrary.Free(_library);
        GC.KeepAlive(_callback);
    }

    /// <summary>Speaks a text.</summary>
    /// <param name="voice">For example <c>en-us+f2</c>.</param>
    /// <param name="wordsPerMinute">80 to 450.</param>
    /// <param name="pitch">0 to 99.</param>
    /// <param name="text">Words; <c>[[...]]</c> holds phoneme mnemonics.</param>
    internal Speech Speak(string voice, int wordsPerMinute, int pitch, string text)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(voice + '\0'))
        {
            if (_setVoice(name) != 0)
                throw new InvalidOperationException($"espeak-ng has no voice '{voice}'.");
        }
        _ = _setParameter(Rate, wordsPerMinute, 0);
        _ = _setParameter(Pitch, pitch, 0);
        _ = _setParameter(Range, 50, 0);
        _samples.Clear();
        _phonemes.Clear();
        if (!OperatingSystem.IsWindows())
            srand(1); // breathy voices take their noise from C's generator: the same text must sound the same
        var bytes = Encoding.UTF8.GetBytes(text + '\0');
        fixed (byte* pointer = bytes)
        {
            if (_synth(pointer, (nuint)bytes.Length, 0, 1, 0, Utf8 | PhonemeInput, null, 0) != 0)
                throw new InvalidOperationException($"espeak-ng cannot speak '{text}'.");
        }
        return new Speech([.. _samples], _sampleRate, [.. _phonemes]);
    }

    private static nint Load()
    {
        foreach (var name in new[] { "libespeak-ng.so.1", "libespeak-ng.1.dylib", "libespeak-ng.dylib", "libespeak-ng.dll" })
        {
            if (NativeLibrary.TryLoad(name, out var handle))
                return handle;
        }
        throw new InvalidOperationException("The default corpus needs espeak-ng (Debian and Ubuntu: apt-get install espeak-ng). Or give real clips with --corpus.");
    }

    private int Receive(short* samples, int count, Event* events)
    {
        if (samples is not null && count > 0)
            _samples.AddRange(new ReadOnlySpan<short>(samples, count));
        for (; events->Type != 0; events++)
        {
            if (events->Type == PhonemeEventType)
                _phonemes.Add(new PhonemeEvent(MnemonicOf(events->Name), events->AudioMilliseconds / 1000.0));
        }
        return 0; // go on
    }

    private static string MnemonicOf(ulong name)
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in name));
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    [DllImport("libc")]
    private static extern void srand(uint seed);

    // espeak_EVENT of speak_lib.h
    [StructLayout(LayoutKind.Sequential)]
    private struct Event
    {
        public int Type;
        public uint Identifier;
        public int TextPosition;
        public int Length;
        public int AudioMilliseconds;
        public int Sample;
        public nint UserData;
        public ulong Name; // a union: for phonemes up to eight bytes of text
    }
}
