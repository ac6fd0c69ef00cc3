using Microsoft.ML.Avsr.Recognition;
using QuickStart;

try
{
    var options = QuickStartOptions.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(QuickStartOptions.HelpText);
        return 0;
    }
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, e) =>
    {
        e.Cancel = true;
        stop.Cancel();
    };
    new QuickStartJob(options, stop.Token).Run();
    return 0;
}
catch (OptionException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("Run with --help to see all options.");
    return 2;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}
catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or InvalidOperationException or AvsrModelException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"The quick start failed: {error.Message}");
    return 1;
}
