using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>Which logs are wanted.</summary>
public sealed record LogFilter
{
    /// <summary>The first block.</summary>
    public required ulong FromBlock { get; init; }

    /// <summary>The last block.</summary>
    public required ulong ToBlock { get; init; }

    /// <summary>The contracts; none means all.</summary>
    public IReadOnlyList<Address> Addresses { get; init; } = [];

    /// <summary>Per topic the values accepted; an empty list accepts all.</summary>
    public IReadOnlyList<IReadOnlyList<Bytes32>> Topics { get; init; } = [];
}
