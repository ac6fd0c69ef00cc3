namespace Microsoft.ML.Data;

/// <summary>A 128-bit identity of a row, independent of the order in which rows come.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    public readonly ulong Low;
    public readonly ulong High;

    public int CompareTo(DataViewRowId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);
    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;
    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);
    public override int GetHashCode() => HashCode.Combine(Low, High);
    public override string ToString() => $"{High:x16}{Low:x16}";

    /// <summary>An id that a row derived from this one may bear, different from <see cref="Next"/>'s.</summary>
    public DataViewRowId Fork() => new(Mix(Low + 0x9e3779b97f4a7c15), Mix(High ^ 0xd1b54a32d192ed03));
    public DataViewRowId Next() => new(Mix(Low ^ 0x94d049bb133111eb), Mix(High + 0xbf58476d1ce4e5b9));
    public DataViewRowId Combine(DataViewRowId other) => new(Mix(Low * 3 + other.Low), Mix(High * 5 + other.High + Low));

    internal static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
