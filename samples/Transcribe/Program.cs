// Transcribes media files with a saved model: Transcribe MODEL.zip FILE...
//
// Prints one line per file: the file, the transcript, its confidence, and what became of the media.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;
using Transcribe;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Transcribe MODEL.zip FILE...");
    return 2;
}

var mlContext = new MLContext();
try
{
    // The typed transformer recognises several files at once; mlContext.Model.Load(...) would give a chain that works file by file.
    using var model = mlContext.Avsr().Load(args[0]);

    // The model reads and writes columns of the names that it was trained with: bind our members to them.
    var input = SchemaDefinition.Create(typeof(MediaFile));
    input[nameof(MediaFile.Path)].ColumnName = model.MediaColumnName ?? throw new AvsrModelException("The model recognises clips in memory, not files.");
    var output = SchemaDefinition.Create(typeof(Heard));
    output[nameof(Heard.Path)].ColumnName = model.MediaColumnName;
    output[nameof(Heard.Text)].ColumnName = model.OutputColumnName;
    output[nameof(Heard.Confidence)].ColumnName = model.OutputColumnName + ".Confidence";
    output[nameof(Heard.Status)].ColumnName = model.OutputColumnName + ".Status";

    var files = mlContext.Data.LoadFromEnumerable(args.Skip(1).Select(path => new MediaFile { Path = path }).ToList(), input);
    foreach (var clip in mlContext.Data.CreateEnumerable<Heard>(model.Transform(files), reuseRowObject: true, schemaDefinition: output))
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clip.Path}\t{clip.Text}\t{clip.Confidence:0.00}\t{clip.Status}"));
    return 0;
}
catch (AvsrModelException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
