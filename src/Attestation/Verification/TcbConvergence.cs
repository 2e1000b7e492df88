namespace TeeTee.Attestation.Verification;

/// <summary>How the statuses of platform, quoting enclave and module become one (Intel's quote verification library of 2026).</summary>
internal static class TcbConvergence
{
    /// <summary>A revoked component revokes all; one that is out of date takes a platform that is not with it.</summary>
    public static TcbStatus Converge(TcbStatus platform, TcbStatus qe, TcbStatus module)
    {
        if (qe == TcbStatus.Revoked || module == TcbStatus.Revoked)
            return TcbStatus.Revoked;
        if (qe != TcbStatus.OutOfDate && module != TcbStatus.OutOfDate)
            return platform;
        return platform switch
        {
            TcbStatus.UpToDate or TcbStatus.SWHardeningNeeded => TcbStatus.OutOfDate,
            TcbStatus.ConfigurationNeeded or TcbStatus.ConfigurationAndSWHardeningNeeded => TcbStatus.OutOfDateConfigurationNeeded,
            _ => platform,
        };
    }

    /// <summary>The status of a TD that was launched at one TCB and runs on another.</summary>
    public static TcbStatus Relaunch(TcbStatus launch, TcbStatus current)
    {
        bool outdated = launch is TcbStatus.OutOfDate or TcbStatus.OutOfDateConfigurationNeeded;
        bool fixedSince = current is TcbStatus.UpToDate or TcbStatus.SWHardeningNeeded
            or TcbStatus.ConfigurationNeeded or TcbStatus.ConfigurationAndSWHardeningNeeded;
        if (!outdated || !fixedSince)
            return launch;
        bool configuration = launch == TcbStatus.OutOfDateConfigurationNeeded
            || current is TcbStatus.ConfigurationNeeded or TcbStatus.ConfigurationAndSWHardeningNeeded;
        return configuration ? TcbStatus.TDRelaunchAdvisedConfigurationNeeded : TcbStatus.TDRelaunchAdvised;
    }
}
