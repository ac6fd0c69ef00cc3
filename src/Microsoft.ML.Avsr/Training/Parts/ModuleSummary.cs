using System.Globalization;
using System.Text;

namespace Microsoft.ML.Avsr.Training;

/// <summary>One line of the table that training makes before it begins.</summary>
/// <param name="Module">The part: its name in the state dictionary, <c>.lora</c> behind it for its adapters.</param>
/// <param name="Parameters">Numbers in it.</param>
/// <param name="Trainable">Those that some stage of this run changes.</param>
/// <param name="DType">Element type.</param>
/// <param name="WeightBytes">Memory of the parameters.</param>
/// <param name="TrainingBytes">Memory of gradients, optimiser moments, and master weights.</param>
public sealed record ModuleSummary(string Module, long Parameters, long Trainable, string DType, long WeightBytes, long TrainingBytes)
{
    /// <summary>The lines as a text table with a sum.</summary>
    /// <param name="modules">The lines.</param>
    public static string Table(IReadOnlyList<ModuleSummary> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"module",-22} {"parameters",14} {"trainable",14} {"type",-10} {"weights MB",11} {"training MB",12}");
        var total = new ModuleSummary("sum", modules.Sum(m => m.Parameters), modules.Sum(m => m.Trainable), "", modules.Sum(m => m.WeightBytes), modules.Sum(m => m.TrainingBytes));
        foreach (var module in modules.Append(total))
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{module.Module,-22} {module.Parameters,14:n0} {module.Trainable,14:n0} {module.DType,-10} {module.WeightBytes / 1e6,11:n1} {module.TrainingBytes / 1e6,12:n1}");
        return text.ToString();
    }
}
