namespace Microsoft.ML.Avsr.Training;

/// <summary>What training does when it cannot or shall not go on.</summary>
public enum StopBehavior
{
    /// <summary>Throws; checkpoints stay.</summary>
    Throw,

    /// <summary>Returns the best model so far: the best checkpoint of the last stage, or without checkpoints the weights before the stopped step.</summary>
    ReturnBest,
}
