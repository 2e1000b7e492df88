namespace TeeTee.Attestation.Collateral;

/// <summary>The authorities below Intel's root that issue PCK certificates.</summary>
public enum PckAuthority
{
    /// <summary>"Intel SGX PCK Platform CA": scalable (server) platforms.</summary>
    Platform,

    /// <summary>"Intel SGX PCK Processor CA": single-package platforms.</summary>
    Processor,
}
