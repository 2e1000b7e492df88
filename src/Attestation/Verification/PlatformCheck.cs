using System.Security.Cryptography;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// The stages that TDX and SGX quotes share: collateral, PCK chain, platform, quoting enclave, quote signature, TDX module, TCB level. What
/// only the quote's signature makes authentic is looked at after it.
/// </summary>
/// <param name="quote">The quote.</param>
/// <param name="input">What it is judged by.</param>
internal sealed class PlatformCheck(ParsedQuote quote, QuoteVerificationInput input)
{
    private readonly CheckedCollateral _collateral = CheckedCollateral.Of(input.Collateral, input.Root);

    /// <summary>Runs the stages up to the first that refuses.</summary>
    public PlatformFinding Run()
    {
        PlatformFinding finding = new() { TcbEvaluationDataNumber = _collateral.TcbEvaluationDataNumber };
        if (_collateral.FindFault(quote.IsTdx, input.Now, input.Policy.MinTcbEvaluationDataNumber) is { } fault)
            return finding with { Error = fault };
        if (!PckChain.TryVerify(quote.Signature.PckChainPem, input.Root, input.Now, _collateral.PckIssuer, out PckChain? chain, out string cause))
            return finding with { Error = new QuoteError(QuoteStage.PckChain, cause) };
        finding = finding with
        {
            Expires = chain.Expires < _collateral.Expires ? chain.Expires : _collateral.Expires,
            Fmspc = Convert.ToHexStringLower(chain.Extension.Fmspc.Span),
        };
        QuoteError? error = FindRootFault()
            ?? _collateral.FindRevocation(chain)
            ?? FindPlatformFault(chain.Extension)
            ?? FindQeReportFault(chain)
            ?? FindSignatureFault()
            ?? FindModuleFault();
        return error is null ? JudgeTcb(finding, chain.Extension) : finding with { Error = error };
    }

    private QuoteError? FindRootFault() =>
        input.Root.IsSimulated && !input.Policy.AllowSimulated
            ? new QuoteError(QuoteStage.PckChain, $"{input.Root}: the policy does not allow simulated quotes")
            : null;

    private QuoteError? FindPlatformFault(PckExtension pck)
    {
        TcbInfo info = _collateral.TcbInfo;
        if (!info.Fmspc.Span.SequenceEqual(pck.Fmspc.Span))
            return new QuoteError(QuoteStage.PlatformMatch, $"FMSPC {Hex(pck.Fmspc)} of the certificate, {Hex(info.Fmspc)} of the TCB info");
        return info.PceId.Span.SequenceEqual(pck.PceId.Span)
            ? null
            : new QuoteError(QuoteStage.PlatformMatch, $"PCEID {Hex(pck.PceId)} of the certificate, {Hex(info.PceId)} of the TCB info");
    }

    private QuoteError? FindQeReportFault(PckChain chain)
    {
        SgxReport report = quote.Signature.QeReport;
        if (!P256.VerifyFixed(chain.Leaf.PublicKey.Span, report.Body.Span, quote.Signature.QeReportSignature.Span))
            return new QuoteError(QuoteStage.QeReport, "bad signature of the PCK key on the QE report");
        if (!BindsAttestationKey())
            return new QuoteError(QuoteStage.QeReport, "the QE report does not bind the attestation key");
        return report.IsDebug
            ? new QuoteError(QuoteStage.QeReport, "the quoting enclave is a debug enclave")
            : FindQeMismatch(report, _collateral.QeIdentity);
    }

    private static QuoteError? FindQeMismatch(SgxReport report, QeIdentity identity)
    {
        string cause = "";
        if (!EqualMasked(report.MiscSelect, identity.MiscSelect, identity.MiscSelectMask))
            cause = $"MISCSELECT {Hex(report.MiscSelect)} of the quoting enclave, {Hex(identity.MiscSelect)} of its identity";
        else if (!EqualMasked(report.Attributes, identity.Attributes, identity.AttributesMask))
            cause = $"attributes {Hex(report.Attributes)} of the quoting enclave, {Hex(identity.Attributes)} of its identity";
        else if (!report.MrSigner.Span.SequenceEqual(identity.MrSigner.Span))
            cause = $"MRSIGNER {Hex(report.MrSigner)} of the quoting enclave, {Hex(identity.MrSigner)} of its identity";
        else if (report.IsvProdId != identity.IsvProdId)
            cause = $"product {report.IsvProdId} of the quoting enclave, {identity.IsvProdId} of its identity";
        return cause.Length == 0 ? null : new QuoteError(QuoteStage.QeReport, cause);
    }

    /// <summary>QE report data: sha256(attestation key || authentication data) || 32 zero bytes.</summary>
    private bool BindsAttestationKey()
    {
        QuoteSignatureData signature = quote.Signature;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(signature.AttestationKey.Span);
        hash.AppendData(signature.QeAuthenticationData.Span);
        Span<byte> expected = stackalloc byte[QuoteLayout.ReportDataSize];
        expected.Clear();
        hash.GetHashAndReset(expected);
        return signature.QeReport.ReportData.Span.SequenceEqual(expected);
    }

    private QuoteError? FindSignatureFault()
    {
        ReadOnlySpan<byte> key = quote.Signature.AttestationKey.Span;
        return P256.VerifyFixed(key, quote.SignedBytes.Span, quote.Signature.QuoteSignature.Span)
            ? null
            : new QuoteError(QuoteStage.QuoteSignature, "bad signature of the attestation key on header and body");
    }

    private QuoteError? FindModuleFault()
    {
        if (!quote.IsTdx)
            return null;
        TdReport report = new(quote.BodyType, quote.Body);
        byte major = report.TeeTcbSvn.Span[1];
        if (_collateral.TcbInfo.FindModule(major) is not { } identity)
            return Module($"the TCB info has no identity of TDX module {major}");
        if (report.SeamAttributes.Span.ContainsAnyExcept((byte)0))
            return Module($"SEAM attributes {Hex(report.SeamAttributes)} are not zero");
        if (!EqualMasked(report.SeamAttributes, identity.Attributes, identity.AttributesMask))
            return Module($"SEAM attributes {Hex(report.SeamAttributes)}, {Hex(identity.Attributes)} of the module's identity");
        return report.MrSignerSeam.Span.SequenceEqual(identity.MrSigner.Span)
            ? null
            : Module($"MRSIGNER_SEAM {Hex(report.MrSignerSeam)}, {Hex(identity.MrSigner)} of the module's identity");

        static QuoteError Module(string cause) => new(QuoteStage.TdxModule, cause);
    }

    private PlatformFinding JudgeTcb(PlatformFinding finding, PckExtension pck)
    {
        int qeSvn = quote.Signature.QeReport.IsvSvn;
        if (IsvSvnLevel.Find(_collateral.QeIdentity.Levels, qeSvn) is not { } qeLevel)
            return finding with { Error = new QuoteError(QuoteStage.TcbLevel, $"no level matches quoting enclave version {qeSvn}") };
        TcbEvaluation evaluation = new(_collateral.TcbInfo, qeLevel, pck, input.Policy.StrictComponents);
        bool found = quote.IsTdx
            ? evaluation.TryEvaluateTdx(new TdReport(quote.BodyType, quote.Body), out TcbResult? tcb, out string cause)
            : evaluation.TryEvaluateSgx(out tcb, out cause);
        return finding with
        {
            Tcb = tcb,
            Error = found ? FindStatusFault(tcb!, input.Policy) : new QuoteError(QuoteStage.TcbLevel, cause),
        };
    }

    private static QuoteError? FindStatusFault(TcbResult tcb, QuotePolicy policy)
    {
        if (tcb.Status == TcbStatus.Revoked || !policy.AcceptedStatuses.Contains(tcb.Status))
            return new QuoteError(QuoteStage.TcbLevel, $"status {tcb.Status} is not accepted");
        string? open = policy.AllowedAdvisories is { } allowed ? tcb.Advisories.FirstOrDefault(advisory => !allowed.Contains(advisory)) : null;
        return open is null ? null : new QuoteError(QuoteStage.TcbLevel, $"advisory {open} is open and not on the policy's list");
    }

    private static bool EqualMasked(ReadOnlyMemory<byte> actual, ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> mask)
    {
        for (int i = 0; i < mask.Length; i++)
        {
            if (((actual.Span[i] ^ expected.Span[i]) & mask.Span[i]) != 0)
                return false;
        }
        return true;
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
