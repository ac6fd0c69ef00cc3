using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>One projector of the comparison.</summary>
/// <param name="Routing">What audio and video share.</param>
/// <param name="Experts">Experts per pool (N); without meaning for the dense projector.</param>
/// <param name="TopK">Experts per token (K); without meaning for the dense projector.</param>
/// <param name="Extension">What is added to the paper's training; null for nothing.</param>
internal sealed record ProjectorChoice(ProjectorRouting Routing, int Experts = 4, int TopK = 2, Extension? Extension = null)
{
    /// <summary>The paper's choice. Its run also trains the encoders that the seed's other runs use.</summary>
    public static ProjectorChoice First { get; } = new(ProjectorRouting.Dedr);

    /// <summary>The four routings at K = 2 active experts.</summary>
    public static IReadOnlyList<ProjectorChoice> Routings { get; } =
        [First, new(ProjectorRouting.Dense), new(ProjectorRouting.Jejr), new(ProjectorRouting.Jedr)];

    /// <summary>DEDR with other numbers of experts, and of active ones.</summary>
    public static IReadOnlyList<ProjectorChoice> ExpertNumbers { get; } =
    [
        new(ProjectorRouting.Dedr, 2), new(ProjectorRouting.Dedr, 6), new(ProjectorRouting.Dedr, 8),
        new(ProjectorRouting.Dedr, 4, 1), new(ProjectorRouting.Dedr, 4, 3),
    ];

    /// <summary>DEDR with each of the options beyond the paper.</summary>
    public static IReadOnlyList<ProjectorChoice> Extensions { get; } = [.. Enum.GetValues<Extension>()
        .Where(extension => extension != Accuracy.Extension.MatryoshkaHalf).Select(extension => First with { Extension = extension })];

    /// <summary>What its model is scored as, itself last: a Matryoshka model at half of its rates, too.</summary>
    [JsonIgnore]
    public IReadOnlyList<ProjectorChoice> ScoredAs =>
        Extension == Accuracy.Extension.MatryoshkaRates ? [this with { Extension = Accuracy.Extension.MatryoshkaHalf }, this] : [this];

    /// <summary>The name in tables: <c>dense</c>, or for example <c>DEDR N=4 K=2</c> or <c>DEDR N=4 K=2, shared expert</c>.</summary>
    public string Name => Routing == ProjectorRouting.Dense ? "dense"
        : string.Create(CultureInfo.InvariantCulture, $"{Routing.ToString().ToUpperInvariant()} N={Experts} K={TopK}{(Extension is { } extension ? $", {extension.Words()}" : "")}");

    /// <summary>The name in file names.</summary>
    [JsonIgnore]
    public string FileName => Name.ToLowerInvariant().Replace(",", "", StringComparison.Ordinal).Replace(" ", "-", StringComparison.Ordinal).Replace("=", "", StringComparison.Ordinal);
}
