namespace TeeTee.Attestation.Quotes;

/// <summary>What a quote's body is; the values are the wire values of a v5 quote's body descriptor.</summary>
public enum QuoteBodyType
{
    /// <summary>SGX enclave report, 384 bytes; in no TDX quote.</summary>
    SgxReport = 1,

    /// <summary>TD report 1.0, 584 bytes; the only body of a v4 TDX quote.</summary>
    TdReport10 = 2,

    /// <summary>TD report 1.5, 648 bytes: 1.0 with the current TCB SVN and MR_SERVICE_TD.</summary>
    TdReport15 = 3,

    /// <summary>TD report 1.5 extended, 885 bytes.</summary>
    TdReport15Ex = 4,
}
