namespace TeeTee.Attestation.Quotes;

/// <summary>The 48-byte registers of a TD report that a policy can pin.</summary>
public enum TdMeasurement
{
    /// <summary>Initial contents of the TD.</summary>
    MrTd,

    /// <summary>Virtual hardware.</summary>
    Rtmr0,

    /// <summary>Kernel.</summary>
    Rtmr1,

    /// <summary>Command line and initial file system.</summary>
    Rtmr2,

    /// <summary>Application.</summary>
    Rtmr3,

    /// <summary>Configuration id; dstack puts 01 || compose hash here.</summary>
    MrConfigId,

    /// <summary>The TDX module.</summary>
    MrSeam,

    /// <summary>Owner id.</summary>
    MrOwner,

    /// <summary>Owner configuration.</summary>
    MrOwnerConfig,
}
