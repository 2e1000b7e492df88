namespace TeeTee.Attestation.Collateral;

/// <summary>Which of Intel's evaluations is asked for.</summary>
public enum TcbUpdate
{
    /// <summary>The one that platforms had time to follow.</summary>
    Standard,

    /// <summary>The newest: it turns platforms out of date weeks earlier.</summary>
    Early,
}
