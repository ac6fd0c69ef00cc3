using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Training;

/// <summary>What a CTC stage learns from in one step.</summary>
/// <param name="Encoded">Encoder output, [batch, time, width].</param>
/// <param name="FrameTokens">Token or blank of each frame, [batch * time], negative where unknown; null where no times are known.</param>
internal readonly record struct EncodedBatch(EncodedSequence Encoded, long[]? FrameTokens = null);
