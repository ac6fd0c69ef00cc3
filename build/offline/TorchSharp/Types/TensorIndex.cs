namespace TorchSharp;

public static partial class torch
{
    /// <summary>One position of an indexing expression: an integer, a slice, None, an ellipsis, a truth value or a tensor.</summary>
    public struct TensorIndex
    {
        internal enum Kind
        {
            Null,
            None,
            Ellipsis,
            Single,
            Bool,
            Slice,
            Tensor,
        }

        internal Kind Type;
        internal long? First; // the index, or the start of a slice
        internal long? Stop;
        internal long? Step;
        internal Tensor? Value;

        public static TensorIndex Null = new() { Type = Kind.Null };
        public static TensorIndex None = new() { Type = Kind.None };
        public static TensorIndex Ellipsis = new() { Type = Kind.Ellipsis };
        public static TensorIndex Colon = new() { Type = Kind.Slice };

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null)
            => new() { Type = Kind.Slice, First = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range)
        {
            long? start = range.Start is { IsFromEnd: true, Value: 0 } ? long.MaxValue : Position(range.Start);
            long? stop = range.End is { IsFromEnd: true, Value: 0 } ? null : Position(range.End);
            return Slice(start, stop);
        }

        public static TensorIndex Bool(bool value) => new() { Type = Kind.Bool, First = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => new() { Type = Kind.Single, First = index };

        public static TensorIndex Tensor(Tensor tensor) => new() { Type = Kind.Tensor, Value = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(Index index) => Single(Position(index));

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator Tensor(TensorIndex value) => value.Type switch
        {
            Kind.Tensor => value.Value!,
            Kind.Single => torch.tensor(value.First!.Value),
            _ => throw new InvalidOperationException($"An index of kind {value.Type} is not a tensor."),
        };

        private static long Position(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }
}
