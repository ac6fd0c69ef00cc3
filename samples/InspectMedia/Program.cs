// Shows what the recogniser gets to see and hear of a media file, as one HTML page: InspectMedia FILE [options]
using InspectMedia;
using Microsoft.ML.Avsr.Media;

InspectOptions options;
try
{
    options = InspectOptions.Parse(args);
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("Run with --help to see all options.");
    return 2;
}
if (options.Help)
{
    Console.WriteLine(InspectOptions.HelpText);
    return 0;
}
try
{
    if (options.GetDetector is { } folder)
        Console.WriteLine($"Detector: {await WeightsDownload.ToFolderAsync(DownloadableWeights.YuNet, folder)}");
    if (options.File is not { } file)
        return 0;
    var inspection = ClipInspection.Run(file, options);
    InspectionPage.Write(options.Output, inspection);
    Console.WriteLine(inspection.Verdict);
    Console.WriteLine($"Page: {options.Output}");
    return inspection.Findings.Any(f => f.IsSevere) ? 1 : 0;
}
catch (Exception error) when (error is MediaException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
