using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>A simulated PKI with its keys in hand, the platform families that it knows, and the worlds that their collateral makes.</summary>
internal sealed class AgreementPki : IDisposable
{
    /// <summary>TD_ATTRIBUTES on the list besides SEPT_VE_DISABLE alone: with PERFMON.</summary>
    public const ulong Monitored = QuotePolicy.SeptVeDisable | (1ul << 63);

    /// <summary>The family whose first TDX component must be 9, above what its TDX modules ask for.</summary>
    public const string StrictFamily = "high first component";

    private readonly List<IDisposable> _owned = [];
    private readonly SimulatedPki _pki;
    private readonly X509Certificate2 _signer;

    public AgreementPki(DateTimeOffset now)
    {
        Now = now;
        RootCa = Own(SimulatedCertificates.CreateRoot(now.AddDays(-1), now.AddYears(10)));
        Platform = Own(SimulatedCertificates.CreateAuthority(RootCa, new SimulatedAuthorityShape()));
        Processor = Own(SimulatedCertificates.CreateAuthority(RootCa, new SimulatedAuthorityShape { CommonName = "Intel SGX PCK Processor CA" }));
        Brief = Own(SimulatedCertificates.CreateAuthority(RootCa, new SimulatedAuthorityShape { NotAfter = now.AddDays(1) }));
        _signer = Own(SimulatedCertificates.CreateSigner(RootCa));
        _pki = new SimulatedPki(RootCa, Platform, Processor, _signer);
        Revoked = Own(NewMachine(Platform, new SimulatedPckShape()));
        Families = MakeFamilies();
        Images = [SimulatedMeasurements.Of("first", "compose"), SimulatedMeasurements.Of("second", "other compose")];
        Worlds = MakeWorlds();
    }

    /// <summary>When everything was deployed; all collateral is a day older.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>When the second image leaves the ordinary world.</summary>
    public DateTimeOffset DelistedAt => Now.AddHours(2);

    public X509Certificate2 RootCa { get; }

    public X509Certificate2 Platform { get; }

    public X509Certificate2 Processor { get; }

    /// <summary>A Platform CA that expires within a day.</summary>
    public X509Certificate2 Brief { get; }

    public X509Certificate2 Signer => _signer;

    /// <summary>A machine whose certificate is on the revocation list.</summary>
    public Machine Revoked { get; }

    public IReadOnlyDictionary<string, Family> Families { get; }

    public IReadOnlyList<SimulatedMeasurements> Images { get; }

    public IReadOnlyDictionary<string, AgreementWorld> Worlds { get; }

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    /// <summary>Keeps something until this PKI ends.</summary>
    public T Own<T>(T thing)
        where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    /// <summary>A machine with a certificate of the simulator's making.</summary>
    public Machine NewMachine(X509Certificate2 authority, SimulatedPckShape shape)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = SimulatedCertificates.CreatePck(authority, key, shape);
        return NewMachine(key, leaf.RawData, authority.RawData, RootCa.RawData);
    }

    /// <summary>A machine with any chain.</summary>
    public Machine NewMachine(ECDsa key, params byte[][] chain) => Own(new Machine(key, ECDsa.Create(ECCurve.NamedCurves.nistP256), chain));

    /// <summary>Collateral of this PKI, or of a Platform CA of a test's own below it.</summary>
    public QuoteCollateral Collateral(SimulatedCollateralShape shape, X509Certificate2? platform = null) =>
        new SimulatedCollateralWriter(RootCa, platform ?? (shape.Authority == PckAuthority.Platform ? Platform : Processor), _signer).Write(shape);

    private SimulatedCollateralShape Shape(string fmspc = "53494D554C00", int pceId = 0) => new()
    {
        IssuedAt = Now.AddDays(-1),
        Platform = new SimulatedPlatform { Fmspc = Convert.FromHexString(fmspc), PceId = new byte[] { (byte)(pceId >> 8), (byte)pceId } },
        RevokedPcks = [new X509Certificate2Serial(Revoked.Leaf).Value],
    };

    private Dictionary<string, Family> MakeFamilies()
    {
        SimulatedCollateralShape ordinary = Shape();
        SimulatedCollateralShape tcbBrief = Shape("B00000000004") with { Lifetime = TimeSpan.FromDays(13) };
        QuoteCollateral plain = Collateral(Shape("B00000000005"));
        QuoteCollateral brief = Collateral(Shape("B00000000005") with { Lifetime = TimeSpan.FromDays(15) });
        QuoteCollateral crlPlain = Collateral(Shape("B00000000003"));
        QuoteCollateral crlBrief = Collateral(Shape("B00000000003") with { Lifetime = TimeSpan.FromDays(11) });
        QuoteCollateral tcbPlain = Collateral(Shape("B00000000004"));
        QuoteCollateral tcbEnds = Collateral(tcbBrief);
        Family[] families =
        [
            new("ordinary", Collateral(ordinary), PckAuthority.Platform),
            new("ordinary, Processor CA", Collateral(ordinary with { Authority = PckAuthority.Processor }), PckAuthority.Processor),
            // Two accepted levels of everything: the second counts.
            new("two levels", Collateral(Shape("B00000000001", 0x0102) with { EditTcbInfo = text => text.Replace("OutOfDate", "UpToDate", StringComparison.Ordinal) }), PckAuthority.Platform),
            // With a TDX module of version 1.x this component is compared by the strict rule only.
            new(StrictFamily, Collateral(Shape("D00000000006") with { EditTcbInfo = WithHigherFirstComponent }), PckAuthority.Platform),
            new("no module 3", Collateral(Shape("C00000000002") with { Authority = PckAuthority.Processor, EditTcbInfo = WithoutModule3 }), PckAuthority.Processor),
            new("brief PCK CRL", crlPlain with { PckCrl = crlBrief.PckCrl }, PckAuthority.Platform),
            new("brief TCB info", tcbPlain with { TcbInfo = tcbEnds.TcbInfo, TcbInfoSignature = tcbEnds.TcbInfoSignature }, PckAuthority.Platform),
            new("brief QE identity", plain with { QeIdentity = brief.QeIdentity, QeIdentitySignature = brief.QeIdentitySignature }, PckAuthority.Platform),
        ];
        return families.ToDictionary(family => family.Name);
    }

    private static string WithoutModule3(string text)
    {
        int first = text.IndexOf("UpToDate", StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, first), "OutOfDate", text.AsSpan(first + "UpToDate".Length));
    }

    private static string WithHigherFirstComponent(string text)
    {
        const string first = "\"tdxtcbcomponents\":[{\"svn\":5}";
        int at = text.IndexOf(first, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), first.Replace('5', '9'), text.AsSpan(at + first.Length));
    }

    private Dictionary<string, AgreementWorld> MakeWorlds()
    {
        Family ordinary = Families["ordinary"];
        AgreementWorld[] worlds =
        [
            World("ordinary", [.. Families.Values, .. OtherLists()]),
            Minimum("minimum reached", 20, ordinary),
            Minimum("TCB info below the minimum", 21, NumberedFamily("below in TCB info", 20, 21)),
            Minimum("QE identity below the minimum", 21, NumberedFamily("below in QE identity", 21, 20)),
            Minimum("both above", 21, NumberedFamily("above", 22, 21)),
            World("authority revoked", [RevokedFamily(PckAuthority.Platform), RevokedFamily(PckAuthority.Processor)], issuers: [KeyHash(Platform)]),
            World("odd levels", [OddFamily()]),
            Unset(),
        ];
        return worlds.ToDictionary(world => world.Name);
    }

    /// <summary>The families that only one world has.</summary>
    public Dictionary<string, Family> Extra { get; } = [];

    /// <summary>The families of random levels.</summary>
    public List<Family> AnyLevels { get; } = [];

    private Family[] OtherLists()
    {
        for (int i = 0; i < 10; i++)
        {
            Random random = new(i);
            string fmspc = $"E000000000{i:X2}";
            AnyLevels.Add(Remember(new Family($"levels {i}", Collateral(Shape(fmspc) with { EditTcbInfo = text => RandomLevels.Replace(text, random) }), PckAuthority.Platform)));
        }
        const string revoked = "\"tcbStatus\":\"Revoked\"";
        return
        [
            .. AnyLevels,
            Remember(new Family("interleaved", Collateral(Shape("F00000000001") with { EditTcbInfo = ReplaceLast(revoked, "\"tcbStatus\":\"UpToDate\"") }), PckAuthority.Platform)),
            // The second level is accepted too and has the higher component 2.
            Remember(new Family(
                "unordered",
                Collateral(Shape("F00000000002") with
                {
                    EditTcbInfo = text => ReplaceLast("{\"svn\":5},{\"svn\":0},{\"svn\":2}", "{\"svn\":5},{\"svn\":0},{\"svn\":5}")(
                        text.Replace("OutOfDate", "UpToDate", StringComparison.Ordinal)),
                }),
                PckAuthority.Platform)),
        ];
    }

    private static Func<string, string> ReplaceLast(string old, string next) => text =>
    {
        int at = text.LastIndexOf(old, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), next, text.AsSpan(at + old.Length));
    };

    private Family Remember(Family family)
    {
        Extra.Add(family.Name, family);
        return family;
    }

    private Family NumberedFamily(string name, int tcbInfo, int qeIdentity)
    {
        static string Numbered(string text, int number) =>
            text.Replace("\"tcbEvaluationDataNumber\":20", $"\"tcbEvaluationDataNumber\":{number}", StringComparison.Ordinal);
        SimulatedCollateralShape shape = Shape() with { EditTcbInfo = text => Numbered(text, tcbInfo), EditQeIdentity = text => Numbered(text, qeIdentity) };
        return Remember(new Family(name, Collateral(shape), PckAuthority.Platform));
    }

    private Family RevokedFamily(PckAuthority authority)
    {
        SimulatedCollateralShape shape = Shape() with { Authority = authority, RevokedAuthorities = [Platform.SerialNumberBytes] };
        return Remember(new Family($"below a revoked CA, {authority}", Collateral(shape), authority));
    }

    // A quoting enclave of svn 5 and 6 needs configuration, which convergence ignores; TDX modules 33.x are up to date.
    private Family OddFamily()
    {
        SimulatedCollateralShape shape = Shape() with
        {
            EditTcbInfo = text => text.Replace("TDX_03", "TDX_21", StringComparison.Ordinal),
            EditQeIdentity = text => text.Replace("\"OutOfDate\"", "\"ConfigurationNeeded\"", StringComparison.Ordinal),
        };
        return Remember(new Family("odd", Collateral(shape), PckAuthority.Platform));
    }

    // Nobody sets policies from what a revoked key signed: the registry has none.
    private AgreementWorld Unset()
    {
        SimulatedCollateralShape shape = Shape() with { RevokedAuthorities = [_signer.SerialNumberBytes] };
        Family family = Remember(new Family("signed by a revoked key", Collateral(shape), PckAuthority.Platform));
        AgreementWorld world = World("nothing set", [family]);
        QuotingEnclave none = world.Policy.Enclave with { MrSigner = Bytes32.Zero };
        return new AgreementWorld
        {
            Name = world.Name,
            Policy = world.Policy with { Platforms = [], Enclave = none },
            Images = world.Images,
            DelistedAt = DelistedAt,
        };
    }

    private AgreementWorld Minimum(string name, int minimum, Family family) => World(name, [family], minimum);

    private AgreementWorld World(string name, Family[] families, int minimum = 0, Bytes32[]? issuers = null)
    {
        Bytes32[] images = [.. Images.Select(image => AttestedImage.Of(register => image[register]))];
        // One policy for a family, whoever issues its certificates.
        AttestationPolicy first = AttestationPolicy.FromCollateral(_pki.Root, families[0].Collateral, images, 0);
        return new AgreementWorld
        {
            Name = name,
            Images = Images,
            Delists = name == "ordinary",
            DelistedAt = DelistedAt,
            MinimumEvaluationNumber = minimum,
            RevokedPlatforms = [PlatformOf(Platform, Revoked.Leaf)],
            RevokedIssuers = issuers ?? [],
            Policy = first with
            {
                Attributes = [QuotePolicy.SeptVeDisable, Monitored],
                Platforms = [.. families.Select(family => family.Policy).DistinctBy(policy => policy.Fmspc)],
            },
        };
    }

    private static Bytes32 KeyHash(X509Certificate2 authority)
    {
        using ECDsa key = authority.GetECDsaPublicKey()!;
        ECPoint point = key.ExportParameters(false).Q;
        return Keccak256.Hash([.. point.X!, .. point.Y!]);
    }

    private static Bytes32 PlatformOf(X509Certificate2 authority, byte[] leaf)
    {
        byte[] serial = new X509Certificate2Serial(leaf).Value;
        byte[] word = new byte[Bytes32.Size];
        serial.CopyTo(word, word.Length - serial.Length);
        return Keccak256.Hash([.. KeyHash(authority).ToArray(), .. word]);
    }

    private readonly record struct X509Certificate2Serial(byte[] Certificate)
    {
        public byte[] Value
        {
            get
            {
                using X509Certificate2 read = X509CertificateLoader.LoadCertificate(Certificate);
                return read.SerialNumberBytes.ToArray();
            }
        }
    }
}
