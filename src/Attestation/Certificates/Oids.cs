namespace TeeTee.Attestation.Certificates;

/// <summary>Object identifiers in Intel's attestation certificates.</summary>
internal static class Oids
{
    public const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    public const string EcPublicKey = "1.2.840.10045.2.1";
    public const string P256 = "1.2.840.10045.3.1.7";
    public const string CommonName = "2.5.4.3";
    public const string SubjectKeyIdentifier = "2.5.29.14";
    public const string KeyUsage = "2.5.29.15";
    public const string BasicConstraints = "2.5.29.19";
    public const string CrlDistributionPoints = "2.5.29.31";
    public const string AuthorityKeyIdentifier = "2.5.29.35";

    /// <summary>Intel SGX extension of a PCK certificate; its members are children of this arc.</summary>
    public const string Sgx = "1.2.840.113741.1.13.1";
}
