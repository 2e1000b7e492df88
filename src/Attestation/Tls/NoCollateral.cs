using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Tls;

/// <summary>TEMPORARY until the verifier uses collateral: an empty one for every platform.</summary>
public sealed class NoCollateral : ICollateralProvider
{
    private static readonly QuoteCollateral s_empty = new()
    {
        PckCrlIssuerChain = default, RootCaCrl = default, PckCrl = default, TcbInfoIssuerChain = default, TcbInfo = default, TcbInfoSignature = default,
        QeIdentityIssuerChain = default, QeIdentity = default, QeIdentitySignature = default,
    };

    public QuoteCollateral? Find(PlatformId platform) => s_empty;

    public ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken) => ValueTask.FromResult(s_empty);
}
