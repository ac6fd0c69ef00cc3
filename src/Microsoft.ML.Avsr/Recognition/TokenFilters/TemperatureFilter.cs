using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Divides the scores by a temperature.</summary>
internal sealed class TemperatureFilter(double temperature) : ITokenFilter
{
    public Tensor Apply(Tensor scores, GeneratedTokens generated) => scores.div(temperature);
}
