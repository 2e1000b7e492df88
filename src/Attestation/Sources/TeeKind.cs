namespace TeeTee.Attestation.Sources;

/// <summary>The kinds of quote source that a node can be told to use.</summary>
public enum TeeKind
{
    /// <summary>No hardware: quotes below a PKI that a folder holds. Development networks only.</summary>
    Simulator,

    /// <summary>The guest agent of a dstack machine.</summary>
    Dstack,

    /// <summary>The guest agent of an older dstack machine.</summary>
    Tappd,

    /// <summary>Linux's configfs-tsm in a plain TDX guest.</summary>
    ConfigFs,
}
