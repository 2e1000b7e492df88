using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Collateral;

/// <summary>TEMPORARY, removed when branch verify lands: the members that it brings, so that this branch compiles.</summary>
public static class PendingCollateral
{
    extension(QuoteCollateral collateral)
    {
        public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out QuoteCollateral? parsed, out string cause)
        {
            parsed = null;
            cause = "";
            try
            {
                using JsonDocument document = JsonDocument.Parse(json);
                JsonElement root = document.RootElement;
                byte[] T(string n) => Encoding.UTF8.GetBytes(root.GetProperty(n).GetString()!);
                byte[] H(string n) => Convert.FromHexString(root.GetProperty(n).GetString()!);
                parsed = new QuoteCollateral
                {
                    PckCrlIssuerChain = T("pck_crl_issuer_chain"), RootCaCrl = H("root_ca_crl"), PckCrl = H("pck_crl"), TcbInfoIssuerChain = T("tcb_info_issuer_chain"),
                    TcbInfo = T("tcb_info"), TcbInfoSignature = H("tcb_info_signature"), QeIdentityIssuerChain = T("qe_identity_issuer_chain"),
                    QeIdentity = T("qe_identity"), QeIdentitySignature = H("qe_identity_signature"),
                };
                return true;
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
            {
                cause = e.Message;
                return false;
            }
        }

        public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(new
        {
            pck_crl_issuer_chain = Encoding.UTF8.GetString(collateral.PckCrlIssuerChain.Span), root_ca_crl = Convert.ToHexStringLower(collateral.RootCaCrl.Span),
            pck_crl = Convert.ToHexStringLower(collateral.PckCrl.Span), tcb_info_issuer_chain = Encoding.UTF8.GetString(collateral.TcbInfoIssuerChain.Span),
            tcb_info = Encoding.UTF8.GetString(collateral.TcbInfo.Span), tcb_info_signature = Convert.ToHexStringLower(collateral.TcbInfoSignature.Span),
            qe_identity_issuer_chain = Encoding.UTF8.GetString(collateral.QeIdentityIssuerChain.Span), qe_identity = Encoding.UTF8.GetString(collateral.QeIdentity.Span),
            qe_identity_signature = Convert.ToHexStringLower(collateral.QeIdentitySignature.Span),
        });
    }

    extension(Sources.Simulator.SimulatedPki pki)
    {
        public QuoteCollateral Collateral(DateTimeOffset now) => new()
        {
            PckCrlIssuerChain = Encoding.UTF8.GetBytes(pki.RootPem), RootCaCrl = default, PckCrl = default, TcbInfoIssuerChain = default, TcbInfo = "{}"u8.ToArray(),
            TcbInfoSignature = default, QeIdentityIssuerChain = default, QeIdentity = "{}"u8.ToArray(), QeIdentitySignature = default,
        };
    }

    extension(TdxQuote quote)
    {
        public bool TryReadPlatform(out PlatformId platform, out string cause)
        {
            platform = default;
            cause = "";
            Certificate[] chain = PemChain.Read(quote.Signature.PckChainPem, 3);
            platform = new PlatformId(Convert.ToHexStringLower(PckExtension.Read(chain[0].SgxExtension!.Value).Fmspc.Span), PckAuthority.Platform);
            return true;
        }
    }
}
