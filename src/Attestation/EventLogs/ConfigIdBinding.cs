namespace TeeTee.Attestation.EventLogs;

/// <summary>What a report's MR_CONFIG_ID binds; the values are dstack's first byte.</summary>
public enum ConfigIdBinding
{
    /// <summary>All zero: nothing. The compose hash is then bound by RTMR3 alone.</summary>
    None = 0,

    /// <summary>The compose hash.</summary>
    Version1 = 1,

    /// <summary>Compose hash, application and key provider.</summary>
    Version2 = 2,

    /// <summary>A document with compose hash and more, which has to be given.</summary>
    Version3 = 3,

    /// <summary>Not a form of dstack's.</summary>
    Unknown = 256,
}
