namespace TeeTee.Primitives;

/// <summary>The families of ABI types.</summary>
public enum AbiKind
{
    /// <summary>uint8 to uint256.</summary>
    UInt,

    /// <summary>int8 to int256.</summary>
    Int,

    /// <summary>bool.</summary>
    Bool,

    /// <summary>address.</summary>
    Address,

    /// <summary>bytes1 to bytes32.</summary>
    FixedBytes,

    /// <summary>bytes.</summary>
    Bytes,

    /// <summary>string, UTF-8.</summary>
    String,

    /// <summary>T[].</summary>
    Array,

    /// <summary>T[k], k at least 1.</summary>
    FixedArray,

    /// <summary>(T1,...,Tn), n at least 1.</summary>
    Tuple,
}
