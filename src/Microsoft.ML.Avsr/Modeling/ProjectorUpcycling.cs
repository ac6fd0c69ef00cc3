using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Starts a mixture of projectors from a trained dense one (sparse upcycling, arXiv 2212.05055).</summary>
/// <remarks>
/// Every expert becomes a copy of the dense projector. With renormalised weights the mixture then computes what the dense projector did,
/// whatever the router chooses. Equal experts get equal gradients up to their tokens, so a little noise breaks the symmetry.
/// </remarks>
public static class ProjectorUpcycling
{
    /// <summary>Overwrites a mixture's experts; routers keep their initial weights. Noise comes from the default generator.</summary>
    /// <param name="mixture">JEJR, JEDR or DEDR. Joint pools take audio's projector for even experts and video's for odd ones.</param>
    /// <param name="dense">A dense projector of the same widths. Its input norms, adapters to a common width, and scales are copied, too.</param>
    /// <param name="noise">Standard deviation of the noise on each matrix, as a share of the matrix's own; 0 makes exact copies.</param>
    /// <exception cref="ArgumentException">The first is no mixture, the second is not dense, or their shapes differ.</exception>
    public static void FromDense(MultimodalProjector mixture, MultimodalProjector dense, double noise)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        ArgumentNullException.ThrowIfNull(dense);
        OptionCheck.Range(noise, 0, 10, nameof(noise));
        if (mixture.Config.Routing == ProjectorRouting.Dense)
            throw new ArgumentException("A dense projector has no experts to start.", nameof(mixture));
        if (dense.Config.Routing != ProjectorRouting.Dense)
            throw new ArgumentException($"Experts start from a dense projector; this one is {dense.Config.Routing}.", nameof(dense));
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var source = dense.state_dict();
        foreach (var (name, tensor) in mixture.state_dict())
        {
            if (SourceOf(name, dense.Config) is not { } from)
                continue;
            if (!source.TryGetValue(from, out var value) || !value.shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new ArgumentException(
                    $"The mixture's '{name}' is [{string.Join(", ", tensor.shape)}], and the dense projector's '{from}' {(value is null ? "is missing" : $"is [{string.Join(", ", value.shape)}]")}; both need the same widths and norms.", nameof(dense));
            }
            tensor.copy_(value);
            if (noise > 0 && value.dim() > 1 && name.Contains(".experts.", StringComparison.Ordinal))
            {
                var spread = value.to_type(ScalarType.Float32).std().cpu().item<float>();
                tensor.add_(randn_like(tensor).mul(noise * spread));
            }
        }
    }

    /// <summary>The dense projector's tensor that a mixture's tensor starts as, or null for routers.</summary>
    private static string? SourceOf(string name, ProjectorConfig dense)
    {
        const string Experts = ".experts.";
        var at = name.IndexOf(Experts, StringComparison.Ordinal);
        if (at < 0)
            return name.Contains("_proj.", StringComparison.Ordinal) ? null : name;
        var rest = name[(at + Experts.Length)..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        var pool = name[..at];
        if (pool == "audiovisual_proj")
        {
            var even = int.Parse(rest[..dot], System.Globalization.CultureInfo.InvariantCulture) % 2 == 0;
            pool = dense.VideoWidth is null || (even && dense.AudioWidth is not null) ? "audio_proj" : "video_proj";
        }
        return pool + rest[dot..];
    }
}
