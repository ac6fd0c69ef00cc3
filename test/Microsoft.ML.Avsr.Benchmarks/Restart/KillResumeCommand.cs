using System.Globalization;
using Microsoft.ML.Avsr.Restart;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>Kills and resumes training again and again: <c>kill-resume [TIMES] [SEED]</c>.</summary>
internal static class KillResumeCommand
{
    /// <returns>0 when every run ended with the same bits.</returns>
    public static int Run(string[] arguments)
    {
        var times = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 20;
        var seed = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1;
        var different = KillResume.Run(times, seed, Console.WriteLine);
        Console.WriteLine($"{times - different} of {times} killed runs ended with the bits of the one that was left alone.");
        return different == 0 ? 0 : 1;
    }
}
