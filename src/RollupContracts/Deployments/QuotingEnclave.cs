using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>The quoting enclave that quotes must come from, as TcbRegistry keeps it (contracts/src/types/Tcb.sol).</summary>
public sealed record QuotingEnclave
{
    /// <summary>32 bytes.</summary>
    public required Bytes32 MrSigner { get; init; }

    /// <summary>16 bytes that the attributes must equal under the mask.</summary>
    public required ReadOnlyMemory<byte> Attributes { get; init; }

    /// <summary>16 bytes.</summary>
    public required ReadOnlyMemory<byte> AttributesMask { get; init; }

    /// <summary>4 bytes that MISCSELECT must equal under the mask.</summary>
    public required ReadOnlyMemory<byte> MiscSelect { get; init; }

    /// <summary>4 bytes.</summary>
    public required ReadOnlyMemory<byte> MiscSelectMask { get; init; }

    /// <summary>Product id.</summary>
    public required ushort IsvProdId { get; init; }

    /// <summary>Least security version.</summary>
    public required ushort IsvSvn { get; init; }

    /// <summary>tcbEvaluationDataNumber.</summary>
    public required uint EvaluationNumber { get; init; }

    internal object[] ToTuple() =>
    [
        MrSigner, Attributes.ToArray(), AttributesMask.ToArray(), MiscSelect.ToArray(), MiscSelectMask.ToArray(), IsvProdId, IsvSvn, EvaluationNumber,
    ];
}
