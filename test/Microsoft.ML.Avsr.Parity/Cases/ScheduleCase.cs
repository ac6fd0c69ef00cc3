using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Learning rates per step: <c>05_lora</c> with schedules, and <c>09_lr_schedule</c>.</summary>
internal sealed class ScheduleCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) =>
        folder.Category.StartsWith("09_lr_schedule", StringComparison.Ordinal) || (folder.Category == "05_lora" && folder.Has("schedules.json"));

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var tolerance = folder.Tolerance(null);
        if (folder.Has("schedules.json"))
        {
            foreach (var run in folder.Json("schedules.json").EnumerateArray())
            {
                var kind = run.Text("kind");
                var (peak, warmup, total) = (run.Number("base_lr"), run.Integer("num_warmup_steps"), run.Integer("num_training_steps"));
                var expected = run.EnumerateObject().First(p => p.Name.StartsWith("lr_at_step", StringComparison.Ordinal)).Value.Numbers();
                double Rate(int step) => kind switch
                {
                    "get_cosine_schedule_with_warmup" => LearningRateSchedules.Cosine(peak, warmup, total, step, run.Number("num_cycles", 0.5)),
                    "get_linear_schedule_with_warmup" => LearningRateSchedules.Linear(peak, warmup, total, step),
                    _ => throw new NotSupportedException($"the schedule '{kind}' is not known"),
                };
                check.Numeric($"{kind} {peak} {warmup}/{total}", expected, [.. Enumerable.Range(0, expected.Length).Select(Rate)], tolerance);
            }
            return;
        }
        var tensors = folder.Tensors("io.safetensors");
        foreach (var run in folder.Root.GetProperty("runs").EnumerateArray())
        {
            var perEpoch = run.Number("steps_per_epoch");
            var expected = CaseCheck.Numbers(tensors.Read($"{run.Integer("i")}.lr"));
            var actual = Enumerable.Range(0, expected.Length).Select(step => LearningRateSchedules.Reference(
                folder.Config.Number("base_lr"), run.Number("warmup_epochs") * perEpoch, run.Number("total_epochs") * perEpoch, step));
            // The cosine's zero is a rounding error of the peak; a relative tolerance alone would ask for its digits.
            check.Numeric($"run {run.Integer("i")}", expected, [.. actual], tolerance with { Absolute = Math.Max(tolerance.Absolute, 1e-15) });
        }
    }
}
