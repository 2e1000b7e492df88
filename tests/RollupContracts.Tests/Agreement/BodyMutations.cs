using System.Buffers.Binary;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>What a TD, its platform and its quoting enclave can show, correctly signed.</summary>
internal static class BodyMutations
{
    /// <summary>A quote that Intel's own rule accepts.</summary>
    public const string OnlyStrict = "TDX component 0 too low, major version 1";

    private static readonly int[] s_imageRegisters = [136, 184, 328, 376, 424];

    public static void AddTo(MutationList list, AgreementPki pki, MachinePool pool)
    {
        AddAccepted(list, pki);
        AddTd(list);
        AddTcb(list, pool);
        AddEnclave(list);
        AddTimes(list, pki);
        AddWorlds(list, pki);
    }

    private static void AddAccepted(MutationList list, AgreementPki pki)
    {
        list.Accept("ordinary", _ => { }, 60);
        list.Accept("registers that nobody judges", draft => draft.Report.Add(report =>
        {
            draft.Random.NextBytes(report.Slice(16, 48));
            draft.Random.NextBytes(report.Slice(128, 8));
            draft.Random.NextBytes(report.Slice(232, 96));
            draft.Random.NextBytes(report.Slice(472, 48));
        }), 3);
        list.Accept("reserved and user bytes of the header", draft => draft.Header.Add(header =>
        {
            draft.Random.NextBytes(header.Slice(8, 4));
            draft.Random.NextBytes(header.Slice(28, 20));
        }), 2);
        list.Accept("enclave fields that nobody judges", draft => draft.Enclave.Add(report =>
        {
            draft.Random.NextBytes(report[..16]);
            draft.Random.NextBytes(report.Slice(64, 32));
            // XFRM and one bit of the flags are outside the mask.
            draft.Random.NextBytes(report.Slice(56, 8));
            report[48] ^= 0x04;
        }), 2);
        list.Accept("newer quoting enclave", draft => draft.Enclave.Add(report => BinaryPrimitives.WriteUInt16LittleEndian(report[258..], (ushort)draft.Random.Next(7, 65536))));
        list.Accept("long authentication data", draft => draft.Authentication = draft.Random.Bytes(draft.Random.Next(200, 4000)));
        list.Accept("no authentication data", draft => draft.Authentication = []);
        list.Accept("high SVNs", draft =>
        {
            draft.Svn.AsSpan(2).Fill(255);
            draft.Svn[0] = 255;
        });
        list.Accept("second image before it is de-listed", draft => (draft.Image, draft.Time) = (pki.Images[1], pki.DelistedAt.AddSeconds(-1)));
        list.Refuse("second image once it is de-listed", draft => (draft.Image, draft.Time) = (pki.Images[1], pki.DelistedAt.AddSeconds(draft.Random.Next(2) * 1000)));
    }

    private static void AddTd(MutationList list)
    {
        list.Refuse("another report data", draft => draft.Report.Add(report => draft.Random.Flip(report.Slice(520, 64))), 2);
        list.Refuse("other registers of the image", draft => draft.Report.Add(
            report => draft.Random.Flip(report.Slice(s_imageRegisters[draft.Random.Next(s_imageRegisters.Length)], 48))), 3);
        list.Refuse("unknown image", draft => draft.Image = Attestation.Sources.Simulator.SimulatedMeasurements.Of("third", $"{draft.Random.Next()}"));
        list.Refuse("DEBUG", draft => draft.Attributes |= 1);
        list.Refuse("one attribute bit more or less", draft => draft.Attributes = QuotePolicy.SeptVeDisable ^ (1ul << draft.Random.Next(63)), 3);
        list.Refuse("PKS", draft => draft.Attributes |= 1ul << 30);
        list.Refuse("any attributes", draft => draft.Attributes = (ulong)draft.Random.NextInt64(), 2);
        list.Refuse("no attributes", draft => draft.Attributes = 0);
        list.Refuse("SEAM attributes", draft => draft.Report.Add(report => draft.Random.Flip(report.Slice(112, 8))), 2);
        list.Refuse("MRSIGNER_SEAM", draft => draft.Report.Add(report => draft.Random.Flip(report.Slice(64, 48))), 2);
        list.Refuse("service TD", draft =>
        {
            draft.Use15();
            draft.Report.Add(report => draft.Random.Flip(report.Slice(600, 48)));
        }, 2);
    }

    private static void AddTcb(MutationList list, MachinePool pool)
    {
        list.Refuse("platform component too low", draft => draft.Machine = pool.LowComponents(draft.Family, draft.Random), 4);
        list.Refuse("PCESVN too low", draft => draft.Machine = pool.LowPceSvn(draft.Family, draft.Random), 3);
        list.Refuse("TDX component 2 too low", draft => draft.Svn[2] = (byte)draft.Random.Next(draft.Family.Policy.TdxComponents.Span[2]), 2);
        list.Refuse("TDX component 0 too low, major version 0", draft => (draft.Svn[0], draft.Svn[1]) = ((byte)draft.Random.Next(draft.Family.Policy.TdxComponents.Span[0]), 0), 2);
        list.Refuse(OnlyStrict, draft =>
        {
            draft.Use(draft.Pki.Families[AgreementPki.StrictFamily]);
            (draft.Svn[0], draft.Svn[1]) = ((byte)draft.Random.Next(6, 9), 1);
        }, 2);
        list.Refuse("module SVN too low", draft =>
        {
            draft.Svn[1] = 1;
            draft.Svn[0] = (byte)draft.Random.Next(draft.Family.Policy.ModuleSvns.Span[1]);
        }, 3);
        list.Refuse("unknown module version", draft => draft.Svn[1] = (byte)(draft.Random.Next(2) == 0 ? 2 : draft.Random.Next(4, 256)), 3);
        // Lists of one to five levels, with machines and TDs close to each of them.
        list.Agree("versions near a random list's levels", draft => pool.UseNear(draft), 80);
        list.Refuse("all versions low", draft => draft.Svn.AsSpan().Clear());
        list.Refuse("any versions, none high enough", draft =>
        {
            draft.Random.NextBytes(draft.Svn);
            draft.Svn[2] = 0;
        }, 2);
        list.Refuse("launched too low, current versions good", draft =>
        {
            draft.Use15();
            draft.Svn[2] = (byte)draft.Random.Next(draft.Family.Policy.TdxComponents.Span[2]);
        }, 2);
        list.Refuse("current versions at no level", draft =>
        {
            draft.Use15();
            draft.CurrentSvn[2] = 0;
        }, 2);
        list.Refuse("current module unknown", draft =>
        {
            draft.Use15();
            draft.CurrentSvn[1] = (byte)draft.Random.Next(4, 32);
        });
        AddServiceTd(list, "service TD at the start", 729);
        AddServiceTd(list, "service TD now", 829);
        list.Refuse("module version without an accepted level", draft =>
        {
            draft.Use(draft.Pki.Families["no module 3"]);
            draft.Svn[1] = 3;
        });
    }

    private static void AddEnclave(MutationList list)
    {
        list.Refuse("debug enclave", draft => draft.Enclave.Add(report => report[48] |= 2));
        list.Refuse("MISCSELECT", draft => draft.Enclave.Add(report => draft.Random.Flip(report.Slice(16, 4))));
        list.Refuse("masked enclave attributes", draft => draft.Enclave.Add(report => draft.Random.Flip(report.Slice(49, 7))));
        list.Refuse("enclave MRSIGNER", draft => draft.Enclave.Add(report => draft.Random.Flip(report.Slice(128, 32))));
        list.Refuse("enclave product", draft => draft.Enclave.Add(report => draft.Random.Flip(report.Slice(256, 2))));
        list.Refuse("enclave out of date", draft => draft.Enclave.Add(report => BinaryPrimitives.WriteUInt16LittleEndian(report[258..], (ushort)draft.Random.Next(7))), 2);
        list.Refuse("attestation key not bound", draft => draft.Enclave.Add(report => draft.Random.Flip(report.Slice(320, 32))));
        list.Refuse("enclave report data tail", draft => draft.Enclave.Add(report => draft.Random.Flip(report.Slice(352, 32))));
    }

    private static void AddTimes(MutationList list, AgreementPki pki)
    {
        list.Accept("last second of the collateral", draft => (draft.Time, draft.Image) = (draft.Family.LastSecond, pki.Images[0]), 3);
        list.Refuse("second after the collateral's last", draft => (draft.Time, draft.Image) = (draft.Family.LastSecond.AddSeconds(1), pki.Images[0]), 3);
        list.Refuse("long after the collateral", draft => (draft.Time, draft.Image) = (pki.Now.AddDays(draft.Random.Next(30, 59)), pki.Images[0]));
        list.Refuse("before there was collateral", draft => draft.Time = pki.Now.AddDays(-draft.Random.Next(2, 400)));
        foreach (string name in (string[])["brief PCK CRL", "brief TCB info", "brief QE identity"])
        {
            Family family = pki.Families[name];
            list.Refuse($"{name} is over", draft => (draft.Use(family).Time, draft.Image) = (family.LastSecond.AddSeconds(draft.Random.Next(1, 7200)), pki.Images[0]));
        }
    }

    private static void AddWorlds(MutationList list, AgreementPki pki)
    {
        void Enter(QuoteDraft draft, string world, string family)
        {
            draft.World = pki.Worlds[world];
            draft.Use(pki.Families.TryGetValue(family, out Family? known) ? known : pki.Extra[family]);
        }

        list.Accept("evaluation number at the minimum", draft => Enter(draft, "minimum reached", "ordinary"));
        list.Accept("evaluation numbers above the minimum", draft => Enter(draft, "both above", "above"));
        list.Refuse("TCB info below the minimum", draft => Enter(draft, "TCB info below the minimum", "below in TCB info"));
        list.Refuse("QE identity below the minimum", draft => Enter(draft, "QE identity below the minimum", "below in QE identity"));
        list.Refuse("CA revoked by the root", draft => Enter(draft, "authority revoked", "below a revoked CA, Platform"), 2);
        list.Accept("the other CA revoked by the root", draft => Enter(draft, "authority revoked", "below a revoked CA, Processor"));
        list.Refuse("collateral of a revoked signer", draft => Enter(draft, "nothing set", "signed by a revoked key"));
        list.Accept("odd levels", draft => Enter(draft, "odd levels", "odd"));
        list.Refuse("odd levels, enclave revoked", draft =>
        {
            Enter(draft, "odd levels", "odd");
            draft.Enclave.Add(report => BinaryPrimitives.WriteUInt16LittleEndian(report[258..], (ushort)draft.Random.Next(5)));
        });
    }

    private static void AddServiceTd(MutationList list, string name, int field) => list.Refuse(name, draft =>
    {
        (draft.Version, draft.Type) = (5, QuoteBodyType.TdReport15Ex);
        draft.Report.Add(report => draft.Random.Flip(report.Slice(field, 48)));
    });
}
