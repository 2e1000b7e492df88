using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Collateral;

/// <summary>Tells from a quote which collateral it needs. Unverified: what a hostile quote names is fetched, checked, and of no use to it.</summary>
public static class QuotePlatform
{
    private const int ChainLength = 3;

    /// <returns>False with a cause where the PCK chain inside cannot be read.</returns>
    public static bool TryFind(TdxQuote quote, out PlatformId platform, out string cause)
    {
        ArgumentNullException.ThrowIfNull(quote);
        (platform, cause) = (default, "");
        try
        {
            Certificate[] chain = PemChain.Read(quote.Signature.PckChainPem, ChainLength);
            if (chain[0].SgxExtension is not { } extension)
                cause = "the PCK certificate has no SGX extension";
            else if (AuthorityNames.Find(chain[1].CommonName) is not { } authority)
                cause = $"\"{chain[1].CommonName}\" is no PCK authority";
            else
                platform = new PlatformId(Convert.ToHexStringLower(PckExtension.Read(extension).Fmspc.Span), authority);
        }
        catch (AsnContentException malformed)
        {
            cause = malformed.Message;
        }
        return cause.Length == 0;
    }
}
