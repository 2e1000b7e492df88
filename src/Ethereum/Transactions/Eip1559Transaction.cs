using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>A transaction of type 2 (EIP-1559), unsigned. Amounts are in wei.</summary>
public sealed record Eip1559Transaction
{
    internal const byte Type = 0x02;

    /// <summary>The chain it is valid on.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The number of the sender's transactions before it.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>The most paid to the block's builder per gas.</summary>
    public required UInt128 MaxPriorityFeePerGas { get; init; }

    /// <summary>The most paid altogether per gas.</summary>
    public required UInt128 MaxFeePerGas { get; init; }

    /// <summary>The most gas used.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>The account called; null creates a contract.</summary>
    public required Address? To { get; init; }

    /// <summary>The amount sent.</summary>
    public UInt128 Value { get; init; }

    /// <summary>Call data, or the creation code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Accounts and slots paid for in advance.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>The digest that the sender signs.</summary>
    public Bytes32 SigningHash() => Keccak256.Hash(Envelope(Fields()));

    /// <summary>The transaction signed by <paramref name="signer"/>.</summary>
    public SignedTransaction Sign(IDigestSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return new SignedTransaction(this, signer.Sign(SigningHash()));
    }

    public bool Equals(Eip1559Transaction? other) => other is not null && Envelope(Fields()).AsSpan().SequenceEqual(Envelope(other.Fields()));

    public override int GetHashCode() => HashCode.Combine(ChainId, Nonce, MaxFeePerGas, GasLimit, To, Value);

    internal List<RlpItem> Fields() =>
    [
        RlpItem.FromNumber(ChainId),
        RlpItem.FromNumber(Nonce),
        RlpItem.FromNumber(MaxPriorityFeePerGas),
        RlpItem.FromNumber(MaxFeePerGas),
        RlpItem.FromNumber(GasLimit),
        RlpItem.FromBytes(To is { } to ? to.ToArray() : []),
        RlpItem.FromNumber(Value),
        RlpItem.FromBytes(Data.Span),
        RlpItem.FromList(AccessList.Select(entry => RlpItem.FromList(
            RlpItem.FromBytes(entry.Address.ToArray()),
            RlpItem.FromList(entry.StorageKeys.Select(key => RlpItem.FromBytes(key.ToArray())))))),
    ];

    internal static byte[] Envelope(IEnumerable<RlpItem> fields) => [Type, .. Rlp.Encode(RlpItem.FromList(fields))];
}
