using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>
/// Which block is meant. There is no pending: on Base it has no equivalent. <c>default</c> is <see cref="Latest"/>.
/// </summary>
public readonly record struct BlockTag
{
    private readonly string? _name;

    private BlockTag(string name) => _name = name;

    /// <summary>The head; may be dropped.</summary>
    public static BlockTag Latest => new("latest");

    /// <summary>Derived from data on L1; reorganized only with L1.</summary>
    public static BlockTag Safe => new("safe");

    /// <summary>Final with its L1 block.</summary>
    public static BlockTag Finalized => new("finalized");

    /// <summary>The genesis block.</summary>
    public static BlockTag Earliest => new("earliest");

    /// <summary>The block's hash if the block is named by it (EIP-1898); otherwise null.</summary>
    public Bytes32? BlockHash { get; private init; }

    /// <summary>The canonical block with this number.</summary>
    public static BlockTag Number(ulong number) => new(Quantity.Encode(number));

    /// <summary>The block with this hash, canonical or not.</summary>
    public static BlockTag Hash(Bytes32 hash) => new("hash") { BlockHash = hash };

    /// <summary>The parameter of methods that read state.</summary>
    internal object Parameter => BlockHash is { } hash ? new Dictionary<string, object> { ["blockHash"] = hash } : ToString();

    public override string ToString() => BlockHash is { } hash ? hash.ToString() : _name ?? "latest";
}
