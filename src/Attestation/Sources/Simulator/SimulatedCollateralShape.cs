using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>How simulated collateral departs from the ordinary one; what tests forge, correctly signed.</summary>
internal sealed record SimulatedCollateralShape
{
    /// <summary>When everything was signed.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>How long it holds: Intel's 30 days.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whose PCK certificates it is about.</summary>
    public PckAuthority Authority { get; init; } = PckAuthority.Platform;

    /// <summary>False makes the collateral of SGX quotes.</summary>
    public bool Tdx { get; init; } = true;

    /// <summary>What the TCB info is about.</summary>
    public SimulatedPlatform Platform { get; init; } = new();

    /// <summary>Serial numbers on the PCK revocation list.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> RevokedPcks { get; init; } = [];

    /// <summary>Serial numbers on the root's revocation list.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> RevokedAuthorities { get; init; } = [];

    /// <summary>Changes to the text of the TCB info before it is signed.</summary>
    public Func<string, string> EditTcbInfo { get; init; } = text => text;

    /// <summary>Changes to the text of the QE identity before it is signed.</summary>
    public Func<string, string> EditQeIdentity { get; init; } = text => text;
}
