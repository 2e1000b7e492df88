namespace TeeTee.Attestation.Tls;

/// <summary>The step at which the other side of a connection was refused, in the order in which they are taken.</summary>
public enum PeerStage
{
    /// <summary>No certificate, or not one of the form that links have.</summary>
    Certificate,

    /// <summary>Not valid yet, no longer valid, or valid for too long.</summary>
    Validity,

    /// <summary>The claims or the voucher are malformed, or about another system than this.</summary>
    Claims,

    /// <summary>The collateral of the peer's platform is not here (yet): to be tried again.</summary>
    Collateral,

    /// <summary>The quote does not hold, or not for this key, these claims and this policy.</summary>
    Quote,

    /// <summary>It proved to be somebody, but not who must be there.</summary>
    Identity,

    /// <summary>It is who it claims, but the contract does not know it as that now.</summary>
    Registry,
}
