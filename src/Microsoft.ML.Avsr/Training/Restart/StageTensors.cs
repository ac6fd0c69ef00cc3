using TorchSharp.Modules;

namespace Microsoft.ML.Avsr.Training;

/// <summary>What a stage has in tensors beside the model: all of it is part of a checkpoint.</summary>
internal sealed record StageTensors(AdamW Optimizer, MasterWeights Masters, WeightAverage Average);
