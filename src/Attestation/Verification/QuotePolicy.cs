using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// What a verifier demands of a genuine quote. The default is production's: only Intel's root, TD attributes exactly
/// SEPT_VE_DISABLE, no service TD, any measurement, TCB status UpToDate.
/// </summary>
public sealed record QuotePolicy
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

    /// <summary>Every status but <see cref="TcbStatus.Revoked"/>, for callers that judge the status themselves.</summary>
    public static IReadOnlyList<TcbStatus> AnyStatus { get; } = [.. Enum.GetValues<TcbStatus>().Where(status => status != TcbStatus.Revoked)];

    /// <summary>The TCB statuses that pass; <see cref="TcbStatus.Revoked"/> never does, listed or not.</summary>
    public IReadOnlyList<TcbStatus> AcceptedStatuses { get; init; } = [TcbStatus.UpToDate];

    /// <summary>The advisories that may be open at the platform's level; null allows any, which an accepted status then answers for.</summary>
    public IReadOnlyList<string>? AllowedAdvisories { get; init; }

    /// <summary>
    /// Whether all 16 TDX components are compared, as on-chain verifiers do, rather than by Intel's rule, which leaves the first two to the
    /// module's identity.
    /// </summary>
    public bool StrictComponents { get; init; }

    /// <summary>The least evaluation data number of TCB info and QE identity: collateral from before a TCB recovery does not pass.</summary>
    public int MinTcbEvaluationDataNumber { get; init; }

    /// <summary>
    /// Reads a policy file (docs/attestation.md): one JSON object of at most 64 KiB; what it leaves out is as in the default policy. Whether
    /// simulated quotes pass is never a matter of a file.
    /// </summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="policy">The result.</param>
    /// <param name="cause">Why it was refused, or empty.</param>
    /// <returns>False for an unknown, repeated or ill-formed member.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out QuotePolicy? policy, out string cause)
    {
        policy = BoundedJson.Read(json, QuotePolicyReader.MaxSize, QuotePolicyReader.Read, out cause);
        return policy is not null;
    }
}
