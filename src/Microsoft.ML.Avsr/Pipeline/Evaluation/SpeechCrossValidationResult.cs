namespace Microsoft.ML.Avsr;

/// <summary>One fold of a cross-validation.</summary>
/// <param name="Fold">Its number, from 0.</param>
/// <param name="Model">The model fitted on the other folds; dispose it where it is disposable.</param>
/// <param name="Metrics">How well the model does on this fold.</param>
/// <param name="ScoredHoldOutSet">This fold, transformed by the model.</param>
public sealed record SpeechCrossValidationResult(int Fold, ITransformer Model, SpeechRecognitionMetrics Metrics, IDataView ScoredHoldOutSet);
