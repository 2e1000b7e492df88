using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Collateral;

/// <summary>One level of a platform's TCB: the security versions that reach it, and what reaching it means.</summary>
public sealed record TcbLevel
{
    /// <summary>16 security versions that the PCK certificate's components must reach.</summary>
    public required ReadOnlyMemory<byte> SgxComponents { get; init; }

    /// <summary>The security version that the certificate's PCE must reach.</summary>
    public required int PceSvn { get; init; }

    /// <summary>16 security versions that the report's TEE_TCB_SVN must reach; empty in SGX TCB info.</summary>
    public required ReadOnlyMemory<byte> TdxComponents { get; init; }

    /// <summary>When the level's newest fixes came out.</summary>
    public required DateTimeOffset TcbDate { get; init; }

    /// <summary>One of the statuses that Intel gives to platforms.</summary>
    public required TcbStatus Status { get; init; }

    /// <summary>Advisories (INTEL-SA-...) that are open at this level.</summary>
    public required IReadOnlyList<string> Advisories { get; init; }
}
