namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>What a value in a pickle is.</summary>
public enum PickleKind
{
    /// <summary>Python's None.</summary>
    None,
    /// <summary>True or False.</summary>
    Boolean,
    /// <summary>A whole number of any size.</summary>
    Integer,
    /// <summary>A double.</summary>
    Float,
    /// <summary>Text.</summary>
    String,
    /// <summary>bytes or bytearray.</summary>
    Bytes,
    /// <summary>A tuple, <c>torch.Size</c> included.</summary>
    Tuple,
    /// <summary>A list.</summary>
    List,
    /// <summary>A dictionary, ordered or not.</summary>
    Dictionary,
    /// <summary>A set or frozenset.</summary>
    Set,
    /// <summary>A name of a Python class or function; never looked up, never run.</summary>
    Global,
    /// <summary>An instance of a foreign class as inert data: class name, arguments and state.</summary>
    Object,
    /// <summary>A tensor's storage.</summary>
    Storage,
    /// <summary>A tensor.</summary>
    Tensor,
}
