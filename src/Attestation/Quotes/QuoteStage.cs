namespace TeeTee.Attestation.Quotes;

/// <summary>The step of quote verification that refused.</summary>
public enum QuoteStage
{
    /// <summary>The bytes are no TDX quote of a supported version, or its lengths do not agree.</summary>
    Parse,

    /// <summary>The revocation list of the root CA.</summary>
    RootCrl,

    /// <summary>The revocation list of the CA that issued the PCK certificate.</summary>
    PckCrl,

    /// <summary>The certificate chain that signs TCB info and QE identity.</summary>
    TcbSigningChain,

    /// <summary>The signed TCB levels of the platform family.</summary>
    TcbInfo,

    /// <summary>The signed identity of the quoting enclave.</summary>
    QeIdentity,

    /// <summary>The PCK certificate, its issuers and the pinned root.</summary>
    PckChain,

    /// <summary>FMSPC and PCEID of the certificate against the TCB info.</summary>
    PlatformMatch,

    /// <summary>The identity of the TDX module.</summary>
    TdxModule,

    /// <summary>The quoting enclave's report, its signature, and the attestation key that it vouches for.</summary>
    QeReport,

    /// <summary>The attestation key's signature over header and body.</summary>
    QuoteSignature,

    /// <summary>The TCB level that platform, module and quoting enclave reach.</summary>
    TcbLevel,

    /// <summary>The TD's attributes, among them DEBUG.</summary>
    Attributes,

    /// <summary>The TD's measurements against the allow-lists.</summary>
    Measurements,

    /// <summary>The 64 bytes that the application bound.</summary>
    ReportData,
}
