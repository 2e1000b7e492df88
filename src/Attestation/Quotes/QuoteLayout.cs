namespace TeeTee.Attestation.Quotes;

/// <summary>Sizes and constants of Intel's quote format, versions 3 to 5 (ECDSA-P256 with SHA-256).</summary>
internal static class QuoteLayout
{
    public const int HeaderSize = 48;
    public const int BodyDescriptorSize = 6;
    public const int SgxReportSize = 384;
    public const int TdReport10Size = 584;
    public const int TdReport15Size = 648;
    public const int TdReport15ExSize = 885;
    public const int SignatureSize = 64;
    public const int PublicKeySize = 64;
    public const int CertificationHeaderSize = 6;
    public const int ReportDataSize = 64;
    public const int MeasurementSize = 48;

    /// <summary>Most bytes up to the end of the signature data: 64 KiB of authentication data, a chain, and room.</summary>
    public const int MaxSize = 131_072;

    /// <summary>Signature, attestation key and outer certification header: what every signature data has.</summary>
    public const int SignatureDataPrefix = SignatureSize + PublicKeySize + CertificationHeaderSize;

    public const ushort EcdsaP256KeyType = 2;
    public const uint SgxTeeType = 0x00;
    public const uint TdxTeeType = 0x81;
    public const ushort QeReportCertification = 6;
    public const ushort PckChainCertification = 5;

    /// <summary>Intel's quoting-enclave vendor id, 939A7233-F79C-4CA9-940A-0DB3957F0607 in wire order.</summary>
    public static ReadOnlySpan<byte> IntelQeVendorId =>
        [0x93, 0x9A, 0x72, 0x33, 0xF7, 0x9C, 0x4C, 0xA9, 0x94, 0x0A, 0x0D, 0xB3, 0x95, 0x7F, 0x06, 0x07];

    /// <summary>The size that belongs to a body type, or 0 for a type outside the table.</summary>
    public static int BodySize(QuoteBodyType type) => type switch
    {
        QuoteBodyType.SgxReport => SgxReportSize,
        QuoteBodyType.TdReport10 => TdReport10Size,
        QuoteBodyType.TdReport15 => TdReport15Size,
        QuoteBodyType.TdReport15Ex => TdReport15ExSize,
        _ => 0,
    };
}
