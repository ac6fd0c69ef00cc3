namespace Microsoft.ML.Avsr;

/// <summary>What one part of a model takes.</summary>
/// <param name="Part">The part: <c>audio_encoder</c>, <c>video_encoder</c>, <c>projector</c>, <c>llm</c>, ...</param>
/// <param name="Numbers">How many numbers it has: parameters, and running statistics.</param>
/// <param name="Bytes">Their size in memory, in bytes.</param>
/// <param name="IsSaved">Whether they go into a saved file; frozen pretrained weights do not, they are named by path and hash.</param>
public sealed record ModelPartSize(string Part, long Numbers, long Bytes, bool IsSaved);
