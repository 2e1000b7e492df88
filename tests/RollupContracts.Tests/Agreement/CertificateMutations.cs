using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>Certificates: dates, roles, names, keys, extensions, encodings. All are made once.</summary>
internal static class CertificateMutations
{
    private const int Round = 2;

    private static readonly byte[] s_organisation = [.. Encoding.ASCII.GetBytes(SimulatedPki.Organisation)];

    public static void AddTo(MutationList list, AgreementPki pki)
    {
        Family family = pki.Families["ordinary"];

        void Refuse(string name, Machine machine) => list.Refuse(name, draft => draft.Use(family).Machine = machine, Round);
        void Accept(string name, Machine machine) => list.Accept(name, draft => draft.Use(family).Machine = machine, Round);
        Machine Leaf(SimulatedPckShape shape) => pki.NewMachine(pki.Platform, shape);
        Machine Changed(Func<byte[], byte[]> change) => ChangeLeaf(pki, change);
        Machine Signed(Action<byte[]> change) => Changed(leaf => ForgedCertificates.Resign(leaf, pki.Platform, change));

        AddDates(list, pki, family);
        AddIssuers(list, pki, family);
        Refuse("revoked", pki.Revoked);
        Refuse("name of the PCK certificate", Leaf(new SimulatedPckShape { CommonName = "Intel SGX PCK" }));
        Refuse("no SGX extension", Leaf(new SimulatedPckShape { EditSgxExtension = _ => null }));
        Refuse("unknown family", Leaf(new SimulatedPckShape { Platform = new SimulatedPlatform { Fmspc = "FAMILY"u8.ToArray() } }));
        Refuse("another PCEID", Leaf(new SimulatedPckShape { Platform = new SimulatedPlatform { PceId = new byte[] { 0, 1 } } }));
        Refuse("PCESVN out of range", Leaf(new SimulatedPckShape { Platform = new SimulatedPlatform { PceSvn = 70_000 } }));
        Refuse("SGX member missing", Leaf(new SimulatedPckShape { EditSgxExtension = sgx => Renumber(sgx, 4, 9) }));
        Refuse("SGX member twice", Leaf(new SimulatedPckShape { EditSgxExtension = sgx => Renumber(sgx, 6, 1) }));
        Refuse("bytes behind the SGX extension", Leaf(new SimulatedPckShape { EditSgxExtension = sgx => [.. sgx, 0] }));
        Refuse("CA as leaf", Own(pki, pki.Platform, request => ForgedCertificates.AddOrdinary(request, new SimulatedPlatform(), isAuthority: true)));
        Refuse("unknown critical extension", Own(pki, pki.Platform, request =>
        {
            ForgedCertificates.AddOrdinary(request, new SimulatedPlatform());
            request.CertificateExtensions.Add(new X509Extension("2.25.1", [5, 0], critical: true));
        }));
        Accept("date of the second half of the century", Leaf(new SimulatedPckShape { NotAfter = new DateTimeOffset(2051, 2, 28, 23, 59, 59, TimeSpan.Zero) }));
        Accept("unknown extension", Own(pki, pki.Platform, request =>
        {
            ForgedCertificates.AddOrdinary(request, new SimulatedPlatform());
            request.CertificateExtensions.Add(new X509Extension("2.25.1", [5, 0], critical: false));
        }));
        Refuse("signed with SHA-384", Own(pki, pki.Platform, request => ForgedCertificates.AddOrdinary(request, new SimulatedPlatform()), HashAlgorithmName.SHA384));
        Refuse("P-384 key", LargerKey(pki));
        Refuse("version 1", Signed(tbs => tbs[Find(tbs, [0xa0, 3, 2, 1, 2]) + 4] = 0));
        Refuse("extension twice", Signed(tbs => tbs[Find(tbs, [0x55, 0x1d, 0x0e]) + 2] = 0x23));
        Refuse("point of another form", Signed(tbs => tbs[Find(tbs, [0x42, 0, 4]) + 2] = 5));
        Refuse("key no point of the curve", Signed(tbs => tbs[Find(tbs, [0x42, 0, 4]) + 20] ^= 1));
        Refuse("key with unused bits", Signed(tbs => tbs[Find(tbs, [0x42, 0, 4]) + 1] = 1));
        Refuse("TRUE that is not 0xff", Signed(tbs => tbs[Find(tbs, [1, 1, 0xff]) + 2] = 1));
        Refuse("month 13", Signed(tbs => "13"u8.CopyTo(tbs.AsSpan(Find(tbs, [0x17, 0x0d]) + 4))));
        Refuse("curve of another name", Signed(tbs => tbs[Find(tbs, [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]) + 7] = 6));
        Refuse("bytes behind a value in a name", Signed(tbs => tbs[tbs.AsSpan().LastIndexOf(s_organisation) - 1]--));
        Refuse("bytes behind the certificate", Changed(leaf => [.. leaf, 0]));
        Refuse("certificate cut off", Changed(leaf => leaf[..^1]));
        Refuse("no SEQUENCE", Changed(leaf => [0x31, .. leaf[1..]]));
        Refuse("indefinite length", Changed(leaf => [0x30, 0x80, .. leaf[4..]]));
        Refuse("unused bits in the signature", Changed(UnusedBits));
        Accept("signature of the leaf with n - s", Changed(leaf => ForgedCertificates.WithSignature(leaf, FormMutations.Malleate)));
        Accept("signature of the CA with n - s", ChangeIssuer(pki, issuer => ForgedCertificates.WithSignature(issuer, FormMutations.Malleate)));
        foreach ((string name, Func<System.Numerics.BigInteger, System.Numerics.BigInteger, (System.Numerics.BigInteger, System.Numerics.BigInteger)> change) in FormMutations.BadPairs)
        {
            Refuse($"signature of the leaf, {name}", Changed(leaf => ForgedCertificates.WithSignature(leaf, change)));
            Refuse($"signature of the CA, {name}", ChangeIssuer(pki, issuer => ForgedCertificates.WithSignature(issuer, change)));
        }
        AddDamage(list, pki, family);
    }

    /// <summary>Sets the sign of a serial number of 20 bytes.</summary>
    public static void NegativeSerial(byte[] toBeSigned) => toBeSigned[Find(toBeSigned, [2, 20]) + 2] |= 0x80;

    private static void AddDates(MutationList list, AgreementPki pki, Family family)
    {
        DateTimeOffset first = pki.Now.AddDays(1);
        DateTimeOffset last = pki.Now.AddDays(3);
        Machine brief = pki.NewMachine(pki.Platform, new SimulatedPckShape { NotBefore = first, NotAfter = last });

        void At(QuoteDraft draft, DateTimeOffset time)
        {
            draft.Use(family).Machine = brief;
            (draft.Time, draft.Image) = (time, pki.Images[0]);
        }

        list.Accept("first second of the PCK certificate", draft => At(draft, first), Round);
        list.Accept("last second of the PCK certificate", draft => At(draft, last), Round);
        list.Refuse("before the PCK certificate's first second", draft => At(draft, first.AddSeconds(-1)), Round);
        list.Refuse("after the PCK certificate's last second", draft => At(draft, last.AddSeconds(1)), Round);
        list.Refuse("long after the PCK certificate", draft => At(draft, last.AddDays(draft.Random.Next(1, 20))), Round);

        SimulatedCollateralShape shape = new() { IssuedAt = pki.Now.AddDays(-1) };
        QuoteCollateral collateral = pki.Collateral(shape, pki.Brief);
        Machine below = pki.NewMachine(pki.Brief, new SimulatedPckShape { NotAfter = pki.Now.AddDays(20) });

        void Below(QuoteDraft draft, DateTimeOffset time)
        {
            draft.Use(family).Machine = below;
            (draft.Time, draft.Image, draft.Collateral) = (time, pki.Images[0], collateral);
        }

        list.Accept("last second of the CA", draft => Below(draft, pki.Now.AddDays(1)));
        list.Refuse("after the CA's last second", draft => Below(draft, pki.Now.AddDays(1).AddSeconds(1)), Round);
    }

    private static void AddIssuers(MutationList list, AgreementPki pki, Family family)
    {
        void Refuse(string name, Machine machine) => list.Refuse(name, draft => draft.Use(family).Machine = machine, Round);

        X509Certificate2 Authority(SimulatedAuthorityShape shape) => pki.Own(SimulatedCertificates.CreateAuthority(pki.RootCa, shape));

        Refuse("issuer that is no CA", pki.NewMachine(Authority(new SimulatedAuthorityShape { IsAuthority = false }), new SimulatedPckShape()));
        Refuse("issuer of another name", pki.NewMachine(Authority(new SimulatedAuthorityShape { CommonName = "Intel SGX PCK CA" }), new SimulatedPckShape()));
        Refuse("issued by the root", pki.NewMachine(pki.RootCa, new SimulatedPckShape()));
        Machine ordinary = pki.NewMachine(pki.Platform, new SimulatedPckShape());
        Refuse("the other CA shown", ordinary with { Chain = [ordinary.Leaf, pki.Processor.RawData, pki.RootCa.RawData] });
        Refuse("leaf shown as its own issuer", ordinary with { Chain = [ordinary.Leaf, ordinary.Leaf, pki.RootCa.RawData] });
        Refuse("CA shown as leaf", ordinary with { Chain = [pki.Platform.RawData, pki.RootCa.RawData, pki.RootCa.RawData] });
        Refuse("TCB signer as leaf", ordinary with { Chain = [pki.Signer.RawData, pki.RootCa.RawData, pki.RootCa.RawData] });
        X509Certificate2 namesake = Authority(new SimulatedAuthorityShape());
        Machine forged = pki.NewMachine(namesake, new SimulatedPckShape());
        Refuse("signed by a namesake of the CA", forged with { Chain = [forged.Leaf, pki.Platform.RawData, pki.RootCa.RawData] });
        X509Certificate2 foreign = pki.Own(SimulatedCertificates.CreateRoot(pki.Now.AddDays(-1), pki.Now.AddYears(10)));
        X509Certificate2 below = pki.Own(SimulatedCertificates.CreateAuthority(foreign, new SimulatedAuthorityShape()));
        Machine stranger = pki.NewMachine(below, new SimulatedPckShape());
        Refuse("another root of the same name", stranger with { Chain = [stranger.Leaf, below.RawData, foreign.RawData] });
        Refuse("below another root, ours shown", stranger);
        Refuse("PCK key of another", pki.NewMachine(pki.Platform, new SimulatedPckShape()) with { Chain = ordinary.Chain });
        Refuse("CA that may not sign certificates", ChangeIssuer(pki, issuer => ForgedCertificates.Resign(issuer, pki.RootCa, WithoutCertSign)));
        Refuse("CA of version 1", ChangeIssuer(pki, issuer => ForgedCertificates.Resign(issuer, pki.RootCa, tbs => tbs[Find(tbs, [0xa0, 3, 2, 1, 2]) + 4] = 0)));
    }

    private static void AddDamage(MutationList list, AgreementPki pki, Family family)
    {
        void Damage(string name, int which, int weight) => list.Refuse(name, draft =>
        {
            Machine machine = draft.Use(family).Machine;
            byte[][] chain = [.. machine.Chain];
            chain[which] = [.. chain[which]];
            draft.Random.Flip(chain[which]);
            draft.Machine = machine with { Chain = chain };
        }, weight);

        Machine ordinary = pki.NewMachine(pki.Platform, new SimulatedPckShape());
        list.Agree("signed damage in the PCK certificate", draft => draft.Use(family).Machine = ordinary with
        {
            Chain = [ForgedCertificates.Resign(ordinary.Leaf, pki.Platform, tbs => SignedDamage.Do(tbs, draft.Random)), ordinary.Issuer, pki.RootCa.RawData],
        }, 60);
        list.Agree("signed damage in the CA's certificate", draft => draft.Use(family).Machine = ordinary with
        {
            Chain = [ordinary.Leaf, ForgedCertificates.Resign(ordinary.Issuer, pki.RootCa, tbs => SignedDamage.Do(tbs, draft.Random)), pki.RootCa.RawData],
        }, 30);
        Damage("damage in the PCK certificate", 0, 16);
        Damage("damage in the CA's certificate", 1, 12);
    }

    // The bits of keyUsage: keyCertSign and cRLSign; only the latter stays.
    private static void WithoutCertSign(byte[] toBeSigned) => toBeSigned[Find(toBeSigned, [3, 2, 1, 6]) + 3] = 2;

    private static byte[] UnusedBits(byte[] certificate)
    {
        byte[] made = [.. certificate];
        made[made.AsSpan().LastIndexOf([(byte)0, (byte)0x30])] = 1;
        return made;
    }

    private static Machine ChangeLeaf(AgreementPki pki, Func<byte[], byte[]> change)
    {
        Machine ordinary = pki.NewMachine(pki.Platform, new SimulatedPckShape());
        return ordinary with { Chain = [change(ordinary.Leaf), ordinary.Issuer, pki.RootCa.RawData] };
    }

    private static Machine ChangeIssuer(AgreementPki pki, Func<byte[], byte[]> change)
    {
        Machine ordinary = pki.NewMachine(pki.Platform, new SimulatedPckShape());
        return ordinary with { Chain = [ordinary.Leaf, change(ordinary.Issuer), pki.RootCa.RawData] };
    }

    private static Machine Own(AgreementPki pki, X509Certificate2 authority, Action<CertificateRequest> extend, HashAlgorithmName? hash = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] leaf = ForgedCertificates.Issue(authority, key, [0x41, .. RandomNumberGenerator.GetBytes(19)], extend, hash);
        return pki.NewMachine(key, leaf, authority.RawData, pki.RootCa.RawData);
    }

    // The quoting enclave's report is signed by some P-256 key: the certificate is what is wrong.
    private static Machine LargerKey(AgreementPki pki)
    {
        using var larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        byte[] leaf = ForgedCertificates.Issue(
            pki.Platform, larger, [0x41, .. RandomNumberGenerator.GetBytes(19)], request => ForgedCertificates.AddOrdinary(request, new SimulatedPlatform()));
        return pki.NewMachine(ECDsa.Create(ECCurve.NamedCurves.nistP256), leaf, pki.Platform.RawData, pki.RootCa.RawData);
    }

    // Members are 1.2.840.113741.1.13.1.N: the last byte of an identifier of 10 bytes.
    private static byte[] Renumber(byte[] sgx, byte from, byte to)
    {
        byte[] made = [.. sgx];
        byte[] identifier = [6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 1, 13, 1, from];
        made[Find(made, identifier) + identifier.Length - 1] = to;
        return made;
    }

    private static int Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> pattern) => bytes.IndexOf(pattern) is var at and >= 0
        ? at
        : throw new InvalidOperationException($"No {Convert.ToHexStringLower(pattern)} in {Convert.ToHexStringLower(bytes)}.");
}
