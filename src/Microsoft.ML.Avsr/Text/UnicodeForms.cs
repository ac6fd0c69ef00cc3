namespace Microsoft.ML.Avsr.Text;
internal static class UnicodeForms { public static string Compose(string text) => text.Normalize(); }
