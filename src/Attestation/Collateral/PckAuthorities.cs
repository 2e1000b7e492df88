using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>The names of the authorities that issue PCK certificates.</summary>
internal static class PckAuthorities
{
    private const string Platform = "SGX PCK Platform CA";
    private const string Processor = "SGX PCK Processor CA";

    /// <summary>Which authority has a name.</summary>
    /// <param name="name">The name as a certificate or revocation list carries it, encoded.</param>
    /// <param name="authority">The result.</param>
    /// <param name="cause">Why there is none, or empty.</param>
    public static bool TryFind(ReadOnlyMemory<byte> name, out PckAuthority authority, out string cause)
    {
        authority = PckAuthority.Platform;
        try
        {
            return TryFind(CertificateReader.ReadCommonName(name), out authority, out cause);
        }
        catch (AsnContentException malformed)
        {
            cause = malformed.Message;
            return false;
        }
    }

    /// <summary>Which authority has a common name.</summary>
    public static bool TryFind(string commonName, out PckAuthority authority, out string cause)
    {
        authority = commonName.Contains(Processor, StringComparison.Ordinal) ? PckAuthority.Processor : PckAuthority.Platform;
        bool known = authority == PckAuthority.Processor || commonName.Contains(Platform, StringComparison.Ordinal);
        cause = known ? "" : $"\"{commonName}\" is not a PCK Platform or Processor CA";
        return known;
    }
}
