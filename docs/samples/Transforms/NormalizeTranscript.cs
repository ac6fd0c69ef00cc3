using Microsoft.ML;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Transforms;

/// <summary>Brings transcripts into one form, so that spelling does not count as an error.</summary>
public static class NormalizeTranscript
{
    public static void Example()
    {
        var mlContext = new MLContext();
        var data = mlContext.Data.LoadFromEnumerable(new[] { new Sentence { Label = "Mr. Smith's colour isn't grey, it's twenty-two" } });

        foreach (var form in new[] { TranscriptNormalization.LowerCase, TranscriptNormalization.Basic, TranscriptNormalization.English })
        {
            var stage = mlContext.Transforms.NormalizeTranscript("Plain", "Label", form);
            Console.WriteLine($"{form}: {stage.Fit(data).Transform(data).GetColumn<string>("Plain").Single()}");
        }
    }
}

// Expected output:
// LowerCase: mr. smith's colour isn't grey, it's twenty-two
// Basic: mr smith s colour isn t grey it s twenty two
// English: mister smith is color is not gray it is 22
