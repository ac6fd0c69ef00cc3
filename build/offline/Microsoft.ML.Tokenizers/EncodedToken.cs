namespace Microsoft.ML.Tokenizers;

/// <summary>One token: its id, its text in the vocabulary, and the characters it stands for.</summary>
public readonly struct EncodedToken : IEquatable<EncodedToken>
{
    public EncodedToken(int id, string value, Range offset) => (Id, Value, Offset) = (id, value, offset);

    public int Id { get; }

    public string Value { get; }

    public Range Offset { get; }

    public bool Equals(EncodedToken other) => Id == other.Id && Value == other.Value && Offset.Equals(other.Offset);
}
