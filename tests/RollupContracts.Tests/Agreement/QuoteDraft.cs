using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>A quote while it is made: an ordinary one by a seed, then whatever is done to it.</summary>
internal sealed class QuoteDraft
{
    private static readonly (int Version, QuoteBodyType Type)[] s_forms =
        [(4, QuoteBodyType.TdReport10), (5, QuoteBodyType.TdReport10), (5, QuoteBodyType.TdReport15), (5, QuoteBodyType.TdReport15Ex)];

    public QuoteDraft(AgreementPki pki, MachinePool pool, Random random)
    {
        (Pki, Pool, Random) = (pki, pool, random);
        World = pki.Worlds["ordinary"];
        (Version, Type) = s_forms[random.Next(s_forms.Length)];
        bool early = random.Next(3) == 0;
        Time = pki.Now.AddSeconds(early ? random.Next(3600, 7200) : random.Next(7200, 8 * 86400));
        Image = pki.Images[early ? random.Next(2) : 0];
        ReportData = random.Bytes(64);
        Use(pki.Families.Values.ElementAt(random.Next(pki.Families.Count)));
        Attributes = random.Next(4) == 0 ? AgreementPki.Monitored : Attestation.Verification.QuotePolicy.SeptVeDisable;
        Authentication = random.Bytes(random.Next(3) == 0 ? random.Next(200) : 32);
    }

    public AgreementPki Pki { get; }

    public MachinePool Pool { get; }

    public Random Random { get; }

    public AgreementWorld World { get; set; }

    public Family Family { get; private set; } = null!;

    public QuoteCollateral? Collateral { get; set; }

    public Machine Machine { get; set; } = null!;

    public int Version { get; set; }

    public QuoteBodyType Type { get; set; }

    public DateTimeOffset Time { get; set; }

    public SimulatedMeasurements Image { get; set; }

    public ulong Attributes { get; set; }

    /// <summary>What both verifiers expect and the quote has, unless an edit changes the one in the quote.</summary>
    public byte[] ReportData { get; }

    public byte[] Svn { get; private set; } = null!;

    public byte[] CurrentSvn { get; private set; } = null!;

    public byte[] Authentication { get; set; }

    /// <summary>Changes to the TD report before it is signed.</summary>
    public List<Action<Span<byte>>> Report { get; } = [];

    /// <summary>Changes to the quoting enclave's report before it is signed.</summary>
    public List<Action<Span<byte>>> Enclave { get; } = [];

    /// <summary>Changes to the header before it is signed.</summary>
    public List<Action<Span<byte>>> Header { get; } = [];

    /// <summary>Changes to the finished quote.</summary>
    public List<Func<byte[], QuoteOffsets, byte[]>> Finish { get; } = [];

    /// <summary>What the chain is given instead of the certificates inside the quote: only where a difference is the point.</summary>
    public Machine? Shown { get; set; }

    /// <summary>Another family, with a good machine and good versions.</summary>
    public QuoteDraft Use(Family family)
    {
        Family = family;
        Machine = Pool.Good(family, Random);
        Svn = GoodSvn();
        CurrentSvn = GoodSvn();
        return this;
    }

    /// <summary>A TD report 1.5, whose second set of versions and service TD exist.</summary>
    public void Use15() => (Version, Type) = (5, Random.Next(2) == 0 ? QuoteBodyType.TdReport15 : QuoteBodyType.TdReport15Ex);

    public AgreementCase Make(int index, string name, Expectation expected)
    {
        SimulatedQuoteShape shape = new()
        {
            Version = Version,
            BodyType = Type,
            AuthenticationData = Authentication,
            EditReport = report => EditReport(report.Span),
            EditQeReport = report => Enclave.ForEach(edit => edit(report.Span)),
        };
        byte[] quote = Machine.Quote(Image, ReportData, shape);
        QuoteOffsets at = QuoteOffsets.Of(quote);
        if (Header.Count > 0)
        {
            Header.ForEach(edit => edit(quote.AsSpan(0, at.Body)));
            Machine.Resign(quote, at);
        }
        foreach (Func<byte[], QuoteOffsets, byte[]> edit in Finish)
            quote = edit(quote, at);
        return new AgreementCase
        {
            Index = index,
            Name = name,
            Expected = expected,
            World = World,
            Collateral = Collateral ?? Family.Collateral,
            Time = Time,
            ReportData = ReportData,
            Quote = quote,
            Leaf = (Shown ?? Machine).Leaf,
            Issuer = (Shown ?? Machine).Issuer,
        };
    }

    private void EditReport(Span<byte> report)
    {
        Svn.CopyTo(report);
        BitConverter.TryWriteBytes(report[120..], Attributes);
        if (Type != QuoteBodyType.TdReport10)
            CurrentSvn.CopyTo(report[584..]);
        foreach (Action<Span<byte>> edit in Report)
            edit(report);
    }

    private byte[] GoodSvn()
    {
        byte[] svn = Pool.AtLeast(Family.Policy.TdxComponents.Span, Random);
        byte[] versions = Family.ModuleVersions;
        svn[1] = versions[Random.Next(versions.Length)];
        svn[0] = Math.Max(svn[0], Family.Policy.ModuleSvns.Span[svn[1]]);
        return svn;
    }
}
