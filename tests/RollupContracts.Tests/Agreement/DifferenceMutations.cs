using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>The differences that contracts/README.md names, each with its direction.</summary>
internal static class DifferenceMutations
{
    public static void AddTo(MutationList list, AgreementPki pki)
    {
        AddOdd(list, pki);
        AddReports(list, pki);
        AddCertificates(list, pki);
        AddChains(list, pki);
        AddLevels(list, pki);
        list.Differ("more than 32,768 bytes of evidence", Expectation.OnlyChainRefuses, draft => draft.Finish.Add((quote, _) => [.. quote, .. new byte[32_000]]));
    }

    private static void AddOdd(MutationList list, AgreementPki pki)
    {
        void Enter(QuoteDraft draft)
        {
            draft.World = pki.Worlds["odd levels"];
            draft.Use(pki.Extra["odd"]);
        }

        list.Differ("quoting enclave at a level that convergence ignores", Expectation.OnlyChainRefuses, draft =>
        {
            Enter(draft);
            draft.Enclave.Add(report => BinaryPrimitives.WriteUInt16LittleEndian(report[258..], (ushort)draft.Random.Next(5, 7)));
        });
        list.Differ("module version from 32 on", Expectation.OnlyChainRefuses, draft =>
        {
            Enter(draft);
            (draft.Svn[0], draft.Svn[1]) = ((byte)draft.Random.Next(33, 256), 0x21);
        });
    }

    private static void AddReports(MutationList list, AgreementPki pki)
    {
        list.Differ("current versions below the policy, at some level", Expectation.OnlyChainRefuses, draft =>
        {
            draft.Use(pki.Families["ordinary"]);
            draft.Use15();
            draft.CurrentSvn[2] = (byte)draft.Random.Next(2, 4);
        });
        list.Differ("current module below the policy, at some level", Expectation.OnlyChainRefuses, draft =>
        {
            draft.Use(pki.Families["ordinary"]);
            draft.Use15();
            (draft.CurrentSvn[0], draft.CurrentSvn[1]) = (5, 1);
        });
        list.Differ("registers of two listed images mixed", Expectation.OnlyChainRefuses, draft =>
        {
            (draft.Image, draft.Time) = (pki.Images[0], pki.DelistedAt.AddSeconds(-1));
            draft.Report.Add(report => pki.Images[1][TdMeasurement.Rtmr1].Span.CopyTo(report[376..]));
        });
    }

    private static void AddCertificates(MutationList list, AgreementPki pki)
    {
        Machine negative = Issued(pki, 20, leaf => ForgedCertificates.Resign(leaf, pki.Platform, CertificateMutations.NegativeSerial));
        Machine longest = Issued(pki, 33, leaf => leaf);
        Machine many = Issued(pki, 20, leaf => leaf, 13);
        AddSignedNonsense(list, pki);
        Machine wide = Issued(pki, 20, leaf => leaf, 1, "2.25" + string.Concat(Enumerable.Repeat(".1234567", 14)));
        list.Differ("identifier of more than 31 bytes", Expectation.OnlyChainRefuses, draft => draft.Use(pki.Families["ordinary"]).Machine = wide);
        list.Differ("negative serial number", Expectation.OnlyChainRefuses, draft => draft.Use(pki.Families["ordinary"]).Machine = negative);
        list.Differ("serial number longer than 32 bytes", Expectation.OnlyChainRefuses, draft => draft.Use(pki.Families["ordinary"]).Machine = longest);
        list.Differ("more than 16 extensions", Expectation.OnlyChainRefuses, draft => draft.Use(pki.Families["ordinary"]).Machine = many);
    }

    // What only a CA could sign, and none does: the contract compares names and identifiers as bytes and knows of the root its key.
    private static void AddSignedNonsense(MutationList list, AgreementPki pki)
    {
        Family family = pki.Families["ordinary"];
        Machine ordinary = pki.NewMachine(pki.Platform, new SimulatedPckShape());
        Machine Leaf(Action<byte[]> change) => ordinary with
        {
            Chain = [ForgedCertificates.Resign(ordinary.Leaf, pki.Platform, change), ordinary.Issuer, pki.RootCa.RawData],
        };
        byte[] ca = ForgedCertificates.Resign(ordinary.Issuer, pki.RootCa, tbs => tbs[tbs.AsSpan().IndexOf("Root CA"u8)] = (byte)'B');
        Machine misnamed = ordinary with { Chain = [ordinary.Leaf, ca, pki.RootCa.RawData] };
        Machine malformed = Leaf(tbs => tbs[tbs.AsSpan().IndexOf([(byte)0x55, (byte)0x1d, (byte)0x0e]) + 2] = 0xff);
        Machine control = Leaf(tbs => tbs[tbs.AsSpan().IndexOf("Intel SGX PCK Certificate"u8)] = 7);
        Machine old = Leaf(tbs => "60"u8.CopyTo(tbs.AsSpan(tbs.AsSpan().IndexOf([(byte)0x17, (byte)0x0d]) + 2)));
        Machine manyMembers = pki.NewMachine(pki.Platform, new SimulatedPckShape { EditSgxExtension = WithMoreMembers });
        Machine longName = Issued(pki, 20, leaf => leaf, name: "Intel SGX PCK Certificate" + string.Concat(Enumerable.Range(0, 32).Select(i => $", OU={i}")));
        Machine large = Issued(pki, 20, leaf => leaf, 1, size: 8_000);
        list.Differ("date before 1970", Expectation.OnlyChainRefuses, draft => draft.Use(family).Machine = old);
        list.Differ("more than 32 SGX members", Expectation.OnlyCSharpRefuses, draft => draft.Use(family).Machine = manyMembers);
        list.Differ("more than 32 attributes of a name", Expectation.OnlyCSharpRefuses, draft => draft.Use(family).Machine = longName);
        list.Differ("certificate of more than 8 KiB", Expectation.OnlyCSharpRefuses, draft => draft.Use(family).Machine = large);
        list.Differ("CA that names another issuer", Expectation.OnlyCSharpRefuses, draft => draft.Use(family).Machine = misnamed);
        list.Differ("malformed identifier", Expectation.OnlyCSharpRefuses, draft => draft.Use(family).Machine = malformed);
        list.Differ("control character in a name", Expectation.OnlyCSharpRefuses, draft => draft.Use(family).Machine = control);
    }

    private static byte[] WithMoreMembers(byte[] sgx)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        AsnReader members = new AsnReader(sgx, AsnEncodingRules.DER).ReadSequence();
        using (writer.PushSequence())
        {
            while (members.HasData)
                writer.WriteEncodedValue(members.ReadEncodedValue().Span);
            for (int i = 0; i < 32; i++)
            {
                using AsnWriter.Scope member = writer.PushSequence();
                writer.WriteObjectIdentifier($"2.25.{i}");
                writer.WriteNull();
            }
        }
        return writer.Encode();
    }

    // Lists that Intel does not publish: a policy is one minimum and cannot say them.
    private static void AddLevels(MutationList list, AgreementPki pki)
    {
        list.Differ("accepted level below a refused one", Expectation.OnlyChainRefuses, draft => draft.Use(pki.Extra["interleaved"]).Svn[2] = 1);
        Machine highest = pki.NewMachine(
            pki.Platform, new SimulatedPckShape { Platform = new SimulatedPlatform { Fmspc = pki.Extra["unordered"].Fmspc } });
        list.Differ("level that does not reach the last accepted one", Expectation.OnlyChainRefuses, draft =>
        {
            draft.Use(pki.Extra["unordered"]).Machine = highest;
            draft.Svn[2] = draft.CurrentSvn[2] = 4;
        });
    }

    private static Machine Issued(AgreementPki pki, int serialSize, Func<byte[], byte[]> change, int more = 0, string arc = "2.25", string name = "Intel SGX PCK Certificate", int size = 2)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] serial = RandomNumberGenerator.GetBytes(serialSize);
        serial[0] = 0x51;
        byte[] leaf = ForgedCertificates.Issue(pki.Platform, key, serial, request =>
        {
            ForgedCertificates.AddOrdinary(request, new SimulatedPlatform());
            for (int i = 0; i < more; i++)
                request.CertificateExtensions.Add(new X509Extension($"{arc}.{i}", new byte[size], critical: false));
        }, name: name);
        return pki.NewMachine(key, change(leaf), pki.Platform.RawData, pki.RootCa.RawData);
    }

    // The chain inside a quote is signed by nothing: the contract does not read it and is given the certificates themselves.
    private static void AddChains(MutationList list, AgreementPki pki)
    {
        list.Differ("chain inside the quote damaged", Expectation.OnlyCSharpRefuses, draft => draft.Finish.Add((quote, at) =>
        {
            // Behind "-----BEGIN CERTIFICATE-----" a character that is no base64.
            quote[at.Chain(quote) + draft.Random.Next(28, 600)] = (byte)'!';
            return quote;
        }));
        list.Differ("chain inside the quote cut off", Expectation.OnlyCSharpRefuses, draft => draft.Finish.Add((quote, at) => WithoutChain(quote, at)));
        Machine other = pki.NewMachine(pki.Platform, new SimulatedPckShape());
        list.Differ("another chain inside the quote", Expectation.OnlyCSharpRefuses, draft =>
        {
            Machine shown = draft.Use(pki.Families["ordinary"]).Machine;
            (draft.Shown, draft.Machine) = (shown, shown with { Chain = other.Chain });
        });
        X509Certificate2 foreign = pki.Own(SimulatedCertificates.CreateRoot(pki.Now.AddDays(-1), pki.Now.AddYears(10)));
        list.Differ("another root inside the quote", Expectation.OnlyCSharpRefuses, draft =>
            draft.Machine = draft.Machine with { Chain = [draft.Machine.Leaf, draft.Machine.Issuer, foreign.RawData] });
        list.Differ("damaged root inside the quote", Expectation.OnlyCSharpRefuses, draft =>
        {
            byte[] root = [.. pki.RootCa.RawData];
            draft.Random.Flip(root.AsSpan(root.Length - 30));
            draft.Machine = draft.Machine with { Chain = [draft.Machine.Leaf, draft.Machine.Issuer, root] };
        });
    }

    private static byte[] WithoutChain(byte[] quote, QuoteOffsets at)
    {
        int inner = at.InnerType(quote);
        int less = quote.Length - at.Chain(quote);
        foreach (int field in (int[])[at.Length, at.OuterType + 2, inner + 2])
            BinaryPrimitives.WriteInt32LittleEndian(quote.AsSpan(field), BinaryPrimitives.ReadInt32LittleEndian(quote.AsSpan(field)) - less);
        return quote[..^less];
    }
}
