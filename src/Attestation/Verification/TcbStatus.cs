namespace TeeTee.Attestation.Verification;

/// <summary>How up to date a platform is, in Intel's words; the converged status of platform, TDX module and quoting enclave.</summary>
public enum TcbStatus
{
    /// <summary>Everything known is fixed.</summary>
    UpToDate,

    /// <summary>Software inside the TD has to mitigate the advisories.</summary>
    SWHardeningNeeded,

    /// <summary>The platform's configuration (BIOS) may leave it open to the advisories.</summary>
    ConfigurationNeeded,

    /// <summary>Both of the two above.</summary>
    ConfigurationAndSWHardeningNeeded,

    /// <summary>Launched below the current level while the platform has been updated since: a relaunch helps.</summary>
    TDRelaunchAdvised,

    /// <summary>The same, with a configuration to check as well.</summary>
    TDRelaunchAdvisedConfigurationNeeded,

    /// <summary>Known weaknesses are not fixed.</summary>
    OutOfDate,

    /// <summary>The same, with a configuration to check as well.</summary>
    OutOfDateConfigurationNeeded,

    /// <summary>Never acceptable.</summary>
    Revoked,
}
