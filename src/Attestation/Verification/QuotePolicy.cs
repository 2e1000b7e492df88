using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// What a verifier demands of a genuine quote. The default is production's: only Intel's root, TD attributes exactly
/// SEPT_VE_DISABLE, no service TD, any measurement.
/// </summary>
public sealed class QuotePolicy
{
    /// <summary>TD_ATTRIBUTES with only bit 28, SEPT_VE_DISABLE, set.</summary>
    public const ulong SeptVeDisable = 0x1000_0000;

    /// <summary>The values of TD_ATTRIBUTES that pass; one with DEBUG (bit 0) never does, listed or not.</summary>
    public IReadOnlyList<ulong> AllowedTdAttributes { get; init; } = [SeptVeDisable];

    /// <summary>Per register the 48-byte values that pass; a register without an entry may hold anything.</summary>
    public IReadOnlyDictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>> AllowedMeasurements { get; init; } =
        new Dictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>>();

    /// <summary>Whether a service TD (migration) may be bound to the TD.</summary>
    public bool AllowServiceTd { get; init; }

    /// <summary>Whether quotes below a root other than Intel's pass: for development only.</summary>
    public bool AllowSimulated { get; init; }

    /// <summary>The TCB statuses that pass; <see cref="TcbStatus.Revoked"/> never does, listed or not.</summary>
    public IReadOnlyList<TcbStatus> AcceptedStatuses { get; init; } = [TcbStatus.UpToDate];

    /// <summary>
    /// Whether all 16 TDX components are compared, as on-chain verifiers do, rather than by Intel's rule, which leaves the first two to the
    /// module's identity.
    /// </summary>
    public bool StrictComponents { get; init; }

    /// <summary>The least evaluation data number of TCB info and QE identity: collateral from before a TCB recovery does not pass.</summary>
    public int MinTcbEvaluationDataNumber { get; init; }
}
