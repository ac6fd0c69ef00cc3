using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Training;

/// <summary>One clip to learn from.</summary>
/// <param name="Input">Sound and mouth crops; at least one is present.</param>
/// <param name="Transcript">What is said in it.</param>
/// <param name="Source">Where it came from, for messages: a file name or row number.</param>
public sealed record TrainingExample(SpeechInput Input, string Transcript, string? Source = null);
