using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Tests.Collateral;

/// <summary>What a test wants of collateral.</summary>
internal sealed record CollateralShape
{
    public DateTimeOffset Issued { get; init; } = CollateralFixture.Issued;

    public TimeSpan Life { get; init; } = TimeSpan.FromDays(30);

    public int Evaluation { get; init; } = 20;

    public int? QeEvaluation { get; init; }

    public string Fmspc { get; init; } = CollateralFixture.Fmspc;

    public string TcbId { get; init; } = "TDX";

    public string QeId { get; init; } = "TD_QE";

    public PckAuthority Authority { get; init; } = PckAuthority.Platform;

    public int Revoked { get; init; } = 3;

    public DateTimeOffset? ListIssued { get; init; }

    public DateTimeOffset? RootListIssued { get; init; }
}
