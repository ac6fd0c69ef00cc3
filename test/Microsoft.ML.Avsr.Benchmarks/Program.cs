using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

if (args is ["load", ..])
    return Microsoft.ML.Avsr.Benchmarks.LoadCommand.Run(args[1..]);
if (args is ["full-size", ..])
    return Microsoft.ML.Avsr.Benchmarks.FullSizeCommand.Run(args[1..]);
if (args is ["rows", ..])
    return Microsoft.ML.Avsr.Benchmarks.RowsCommand.Run(args[1..]);
if (args is ["payload"])
    return Microsoft.ML.Avsr.Benchmarks.PayloadCommand.Run();
if (args is ["cancellation", ..])
    return Microsoft.ML.Avsr.Benchmarks.CancellationCommand.Run(args[1..]);
if (args is ["faces", ..])
    return Microsoft.ML.Avsr.Benchmarks.FacesCommand.Run(args[1..]);
if (args is ["training-step", ..])
    return Microsoft.ML.Avsr.Benchmarks.TrainingStepCommand.Run(args[1..]);
if (args is ["kill-resume", ..])
    return Microsoft.ML.Avsr.Benchmarks.KillResumeCommand.Run(args[1..]);
if (args is [Microsoft.ML.Avsr.Restart.KillResume.ChildCommand, var folder])
    return Microsoft.ML.Avsr.Restart.KillResume.Child(folder);
if (args is ["accuracy", ..])
    return Microsoft.ML.Avsr.Benchmarks.AccuracyCommand.Run(args[1..]);
if (args is ["long-media", ..])
    return Microsoft.ML.Avsr.Benchmarks.LongMediaCommand.Run(args[1..]);

// Run in this process: the native tensor library and the dependency source are then the ones of this build.
// For example: dotnet run -c Release --project test/Microsoft.ML.Avsr.Benchmarks -- --filter '*Text*'
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .WithOption(ConfigOptions.JoinSummary, true);
BenchmarkSwitcher.FromAssembly(typeof(Microsoft.ML.Avsr.Benchmarks.TextBenchmarks).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
return 0;
