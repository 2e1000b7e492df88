using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Attestation;

/// <summary>What a client judges attestation by, whatever it is sent.</summary>
/// <param name="Root">The pinned root.</param>
/// <param name="Policy">What a quote must be besides genuine.</param>
/// <param name="Collateral">The client's own collateral; that of the report where it is null or holds none for a platform.</param>
/// <param name="Domain">Chain and contract; null to take the sequencer's word.</param>
public sealed record AttestationTrust(TrustedRoot Root, QuotePolicy Policy, ICollateralProvider? Collateral = null, RollupDomain? Domain = null);
