using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>What a platform family must have reached, as TcbRegistry keeps it (contracts/src/types/Tcb.sol); minimums over all 16 components.</summary>
public sealed record TcbPolicy
{
    /// <summary>12 lower-case hex digits.</summary>
    public required string Fmspc { get; init; }

    /// <summary>16 SVNs of the PCK certificate.</summary>
    public required ReadOnlyMemory<byte> SgxComponents { get; init; }

    /// <summary>16 SVNs of TEE_TCB_SVN.</summary>
    public required ReadOnlyMemory<byte> TdxComponents { get; init; }

    /// <summary>32 bytes: byte i is the least minor SVN of a TDX module of major version i.</summary>
    public required ReadOnlyMemory<byte> ModuleSvns { get; init; }

    /// <summary>Bit i: modules of major version i pass.</summary>
    public required uint ModuleVersions { get; init; }

    /// <summary>Least PCESVN.</summary>
    public required ushort PceSvn { get; init; }

    /// <summary>PCEID that the certificate must have.</summary>
    public required ushort PceId { get; init; }

    /// <summary>tcbEvaluationDataNumber.</summary>
    public required uint EvaluationNumber { get; init; }

    /// <summary>First Unix second at which the policy no longer counts.</summary>
    public required ulong ValidUntil { get; init; }

    internal object[] ToTuple() =>
    [
        SgxComponents.ToArray(), TdxComponents.ToArray(), new Bytes32(ModuleSvns.Span), ModuleVersions, PceSvn, PceId, EvaluationNumber, ValidUntil,
    ];

    internal byte[] FmspcBytes() => Convert.FromHexString(Fmspc);
}
