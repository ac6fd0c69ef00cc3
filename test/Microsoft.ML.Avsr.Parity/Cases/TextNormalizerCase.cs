using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Whisper's transcript normalisers: <c>07_text</c> with <c>english_cases.json</c> or <c>basic_cases.json</c>.</summary>
internal sealed class TextNormalizerCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category == "07_text" && (folder.Has("english_cases.json") || folder.Has("basic_cases.json"));

    public void Run(CaseFolder folder, CaseCheck check)
    {
        if (folder.Has("english_cases.json"))
        {
            var english = new EnglishTranscriptNormalizer();
            foreach (var item in folder.Json("english_cases.json").EnumerateArray())
                check.Same($"english '{item.Text("in")}'", item.Text("out"), english.Normalize(item.Text("in")));
        }
        if (!folder.Has("basic_cases.json"))
            return;
        foreach (var item in folder.Json("basic_cases.json").EnumerateArray())
        {
            foreach (var (variant, diacritics, letters) in new[] { ("basic", false, false), ("remove_diacritics", true, false), ("split_letters", false, true), ("both", true, true) })
            {
                if (item.Find(variant) is { } expected)
                    check.Same($"{variant} '{item.Text("in")}'", expected.GetString(), new BasicTranscriptNormalizer(diacritics, letters).Normalize(item.Text("in")));
            }
        }
    }
}
