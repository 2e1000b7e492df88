using System.Runtime.CompilerServices;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// Collateral taken apart, with every signature checked up to one root. This does not depend on the time and is the dear part of a
/// verification, so it is kept with the collateral; dates and the policy's minimum are judged on every call.
/// </summary>
internal sealed class CheckedCollateral
{
    private static readonly ConditionalWeakTable<QuoteCollateral, CheckedCollateral> s_cache = [];

    private readonly TrustedRoot _root;
    private readonly CollateralPart _rootCrlPart;
    private readonly CollateralPart _pckCrlPart;
    private readonly CollateralPart _signingPart;
    private readonly CollateralPart _tcbInfoPart;
    private readonly CollateralPart _qeIdentityPart;
    private readonly RevocationList? _rootCrl;
    private readonly RevocationList? _pckCrl;
    private readonly TcbInfo? _tcbInfo;
    private readonly QeIdentity? _qeIdentity;

    private CheckedCollateral(QuoteCollateral collateral, TrustedRoot root)
    {
        _root = root;
        (_rootCrlPart, _rootCrl) = ReadRootCrl(collateral, root);
        (_pckCrlPart, _pckCrl, PckIssuer) = ReadPckCrl(collateral, root);
        (_signingPart, Certificate? tcbSigner, Certificate? qeSigner) = ReadSigners(collateral, root, _rootCrl);
        (_tcbInfoPart, _tcbInfo) = ReadTcbInfo(collateral, tcbSigner);
        (_qeIdentityPart, _qeIdentity) = ReadQeIdentity(collateral, qeSigner);
    }

    /// <summary>Who signs the PCK revocation list, checked up to the root; null where the list was refused.</summary>
    public IssuerChain? PckIssuer { get; }

    /// <summary>The TCB levels; only after <see cref="FindFault"/> found nothing.</summary>
    public TcbInfo TcbInfo => _tcbInfo ?? throw new InvalidOperationException("The collateral was refused.");

    /// <summary>The quoting enclave's identity; only after <see cref="FindFault"/> found nothing.</summary>
    public QeIdentity QeIdentity => _qeIdentity ?? throw new InvalidOperationException("The collateral was refused.");

    /// <summary>The evaluation data number of the TCB info; 0 where it cannot be read.</summary>
    public int TcbEvaluationDataNumber => _tcbInfo?.TcbEvaluationDataNumber ?? 0;

    /// <summary>Whether every part is well-formed and signed.</summary>
    public bool IsWhole => Parts.All(part => part.Fault.Length == 0);

    /// <summary>The first part that is malformed or not signed below the root, whatever the time; null if none is.</summary>
    public QuoteError? FindBroken() =>
        Parts.Where(part => part.Fault.Length > 0).Select(part => new QuoteError(part.Stage, part.Fault)).FirstOrDefault();

    /// <summary>The last second at which every part holds.</summary>
    public DateTimeOffset Expires => Parts.Min(part => part.Expires);

    /// <summary>The first second at which every part holds.</summary>
    public DateTimeOffset Begins => Parts.Max(part => part.Begins);

    private CollateralPart[] Parts => [_rootCrlPart, _pckCrlPart, _signingPart, _tcbInfoPart, _qeIdentityPart];

    public static CheckedCollateral Of(QuoteCollateral collateral, TrustedRoot root)
    {
        if (s_cache.TryGetValue(collateral, out CheckedCollateral? known) && known._root.PublicKey.Span.SequenceEqual(root.PublicKey.Span))
            return known;
        CheckedCollateral read = new(collateral, root);
        s_cache.AddOrUpdate(collateral, read);
        return read;
    }

    /// <summary>Why the collateral cannot judge a quote of a kind at a moment: the first fault in the order of the stages, or null.</summary>
    public QuoteError? FindFault(bool tdx, DateTimeOffset now, int minimumEvaluation) =>
        _rootCrlPart.FindFault(now)
        ?? _pckCrlPart.FindFault(now)
        ?? _signingPart.FindFault(now)
        ?? FindTcbInfoFault(tdx, now, minimumEvaluation)
        ?? FindQeIdentityFault(tdx, now, minimumEvaluation);

    /// <summary>Why the lists do not let a chain pass: a revoked certificate, or a list that is not its issuer's. Null where they do.</summary>
    public QuoteError? FindRevocation(PckChain chain)
    {
        if (!_rootCrl!.Issuer.Span.SequenceEqual(chain.Root.Subject.Span))
            return new QuoteError(QuoteStage.RootCrl, $"the list is not that of \"{chain.Root.CommonName}\"");
        if (_rootCrl.Contains(chain.Intermediate.SerialNumber.Span))
            return new QuoteError(QuoteStage.PckChain, Revoked(chain.Intermediate));
        if (!_pckCrl!.Issuer.Span.SequenceEqual(chain.Leaf.Issuer.Span)
            || !PckIssuer!.Leaf.PublicKey.Span.SequenceEqual(chain.Intermediate.PublicKey.Span))
            return new QuoteError(QuoteStage.PckCrl, $"the list is not that of \"{chain.Intermediate.CommonName}\", who issued the PCK certificate");
        return _pckCrl.Contains(chain.Leaf.SerialNumber.Span)
            ? new QuoteError(QuoteStage.PckChain, Revoked(chain.Leaf))
            : null;
    }

    private QuoteError? FindTcbInfoFault(bool tdx, DateTimeOffset now, int minimum)
    {
        if (_tcbInfoPart.FindFault(now) is { } fault)
            return fault;
        if (TcbInfo.IsTdx != tdx)
            return new QuoteError(QuoteStage.TcbInfo, $"TCB info \"{TcbInfo.Id}\" is not that of {(tdx ? "TDX" : "SGX")}");
        return FindOldEvaluation(QuoteStage.TcbInfo, TcbInfo.TcbEvaluationDataNumber, minimum);
    }

    private QuoteError? FindQeIdentityFault(bool tdx, DateTimeOffset now, int minimum)
    {
        if (_qeIdentityPart.FindFault(now) is { } fault)
            return fault;
        if (QeIdentity.IsTdx != tdx)
            return new QuoteError(QuoteStage.QeIdentity, $"QE identity \"{QeIdentity.Id}\" is not that of {(tdx ? "TDX" : "SGX")}");
        return FindOldEvaluation(QuoteStage.QeIdentity, QeIdentity.TcbEvaluationDataNumber, minimum);
    }

    private static QuoteError? FindOldEvaluation(QuoteStage stage, int number, int minimum) => number < minimum
        ? new QuoteError(stage, $"evaluation data number {number} is below the {minimum} that the policy demands")
        : null;

    private static string Revoked(Certificate certificate) =>
        $"\"{certificate.CommonName}\" {Convert.ToHexStringLower(certificate.SerialNumber.Span)} is revoked";

    private static (CollateralPart, RevocationList?) ReadRootCrl(QuoteCollateral collateral, TrustedRoot root)
    {
        const QuoteStage stage = QuoteStage.RootCrl;
        if (!RevocationList.TryRead(collateral.RootCaCrl, out RevocationList? list, out string cause))
            return (CollateralPart.Broken(stage, $"malformed list: {cause}"), null);
        return P256.VerifyDer(root.PublicKey.Span, list.ToBeSigned.Span, list.Signature.Span)
            ? (new CollateralPart(stage, "", [Of("the root's revocation list", list)]), list)
            : (CollateralPart.Broken(stage, $"bad signature of {root} on its revocation list"), null);
    }

    private static (CollateralPart, RevocationList?, IssuerChain?) ReadPckCrl(QuoteCollateral collateral, TrustedRoot root)
    {
        const QuoteStage stage = QuoteStage.PckCrl;
        if (!IssuerChain.TryVerifyAuthority(collateral.PckCrlIssuerChain, root, out IssuerChain? chain, out string cause))
            return (CollateralPart.Broken(stage, $"issuer: {cause}"), null, null);
        if (!RevocationList.TryRead(collateral.PckCrl, out RevocationList? list, out cause))
            return (CollateralPart.Broken(stage, $"malformed list: {cause}"), null, null);
        if (!list.Issuer.Span.SequenceEqual(chain.Leaf.Subject.Span))
            return (CollateralPart.Broken(stage, $"the list is not that of \"{chain.Leaf.CommonName}\""), null, null);
        if (!P256.VerifyDer(chain.Leaf.PublicKey.Span, list.ToBeSigned.Span, list.Signature.Span))
            return (CollateralPart.Broken(stage, $"bad signature of \"{chain.Leaf.CommonName}\" on its revocation list"), null, null);
        Validity[] validities = [Of("the PCK revocation list", list), Of(chain.Leaf), Of(chain.Root)];
        return (new CollateralPart(stage, "", validities), list, chain);
    }

    private static (CollateralPart, Certificate?, Certificate?) ReadSigners(QuoteCollateral collateral, TrustedRoot root, RevocationList? rootCrl)
    {
        const QuoteStage stage = QuoteStage.TcbSigningChain;
        List<Validity> validities = [];
        Certificate?[] signers = new Certificate?[2];
        ReadOnlyMemory<byte>[] chains = [collateral.TcbInfoIssuerChain, collateral.QeIdentityIssuerChain];
        for (int i = 0; i < chains.Length; i++)
        {
            if (!IssuerChain.TryVerifySigner(chains[i], root, out IssuerChain? chain, out string cause))
                return (CollateralPart.Broken(stage, cause), null, null);
            if (rootCrl is not null && rootCrl.Contains(chain.Leaf.SerialNumber.Span))
                return (CollateralPart.Broken(stage, Revoked(chain.Leaf)), null, null);
            validities.AddRange(Of(chain.Leaf), Of(chain.Root));
            signers[i] = chain.Leaf;
        }
        return (new CollateralPart(stage, "", validities), signers[0], signers[1]);
    }

    private static (CollateralPart, TcbInfo?) ReadTcbInfo(QuoteCollateral collateral, Certificate? signer)
    {
        const QuoteStage stage = QuoteStage.TcbInfo;
        if (!IsSigned(collateral.TcbInfo, collateral.TcbInfoSignature, signer))
            return (CollateralPart.Broken(stage, "bad signature of the TCB signing key"), null);
        return Collateral.TcbInfo.TryRead(collateral.TcbInfo, out TcbInfo? info, out string cause)
            ? (new CollateralPart(stage, "", [new Validity("TCB info", info.IssueDate, info.NextUpdate)]), info)
            : (CollateralPart.Broken(stage, $"malformed TCB info: {cause}"), null);
    }

    private static (CollateralPart, QeIdentity?) ReadQeIdentity(QuoteCollateral collateral, Certificate? signer)
    {
        const QuoteStage stage = QuoteStage.QeIdentity;
        if (!IsSigned(collateral.QeIdentity, collateral.QeIdentitySignature, signer))
            return (CollateralPart.Broken(stage, "bad signature of the TCB signing key"), null);
        return Collateral.QeIdentity.TryRead(collateral.QeIdentity, out QeIdentity? identity, out string cause)
            ? (new CollateralPart(stage, "", [new Validity("QE identity", identity.IssueDate, identity.NextUpdate)]), identity)
            : (CollateralPart.Broken(stage, $"malformed QE identity: {cause}"), null);
    }

    private static bool IsSigned(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> signature, Certificate? signer) =>
        signer is not null && signature.Length == QuoteLayout.SignatureSize && P256.VerifyFixed(signer.PublicKey.Span, text.Span, signature.Span);

    private static Validity Of(string name, RevocationList list) => new(name, list.ThisUpdate, list.NextUpdate);

    private static Validity Of(Certificate certificate) => new($"\"{certificate.CommonName}\"", certificate.NotBefore, certificate.NotAfter);
}
