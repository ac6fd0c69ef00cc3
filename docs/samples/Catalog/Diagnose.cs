using Microsoft.ML;

namespace Samples.Catalog;

/// <summary>Says what this machine has and lacks: print it first when something does not work.</summary>
public static class Diagnose
{
    public static void Example()
    {
        var diagnosis = new MLContext().Avsr().Diagnose();
        // Console.WriteLine(diagnosis) prints a line for each thing that was looked for.
        Console.WriteLine(diagnosis.IsReady ? "ready" : diagnosis.ToString());
    }
}

// Expected output:
// ready
