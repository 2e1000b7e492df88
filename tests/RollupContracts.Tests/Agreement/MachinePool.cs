using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>Machines by family, made once: certificates are dearer than quotes.</summary>
internal sealed class MachinePool
{
    private const int EachKind = 4;
    private const int NearEach = 8;

    private readonly Dictionary<Family, Machine[]> _good = [];
    private readonly Dictionary<Family, Machine[]> _lowComponents = [];
    private readonly Dictionary<Family, Machine[]> _lowPceSvn = [];
    private readonly Dictionary<Family, Machine[]> _near = [];

    public MachinePool(AgreementPki pki, Random random)
    {
        foreach (Family family in pki.Families.Values.Concat(pki.Extra.Values))
        {
            _good[family] = [.. Make(pki, family, () => AtLeast(family.Policy.SgxComponents.Span, random), () => family.Policy.PceSvn + random.Next(4))];
            _lowComponents[family] = [.. Make(pki, family, () => Below(family.Policy.SgxComponents.Span, random), () => family.Policy.PceSvn + random.Next(4))];
            TcbLevel[] levels = [.. Read(family).Levels];
            _near[family] = [.. Enumerable.Range(0, NearEach).Select(_ => levels[random.Next(levels.Length)]).Select(level => Make(
                pki, family, Near(level.SgxComponents.Span, random), Math.Max(0, level.PceSvn + random.Next(-1, 3))))];
            _lowPceSvn[family] = [.. Make(pki, family, () => AtLeast(family.Policy.SgxComponents.Span, random), () => random.Next(family.Policy.PceSvn))];
        }
    }

    /// <summary>A family of random levels, a machine and versions close to some level of it.</summary>
    public void UseNear(QuoteDraft draft)
    {
        Random random = draft.Random;
        Family family = draft.Pki.AnyLevels[random.Next(draft.Pki.AnyLevels.Count)];
        draft.Use(family);
        if (random.Next(3) > 0)
            draft.Machine = _near[family][random.Next(NearEach)];
        TcbInfo info = Read(family);
        if (random.Next(3) > 0)
            Near(info.Levels[random.Next(info.Levels.Count)].TdxComponents.Span, random).CopyTo(draft.Svn, 0);
        TdxModuleIdentity module = info.ModuleIdentities[random.Next(info.ModuleIdentities.Count)];
        draft.Svn[1] = Convert.FromHexString(module.Id[^2..])[0];
        IsvSvnLevel level = module.Levels[random.Next(module.Levels.Count)];
        draft.Svn[0] = (byte)Math.Clamp(level.IsvSvn + random.Next(-1, 2) + (random.Next(3) * 4), 0, 255);
        // Where current versions differ from those at launch the two are known to differ.
        draft.Svn.CopyTo(draft.CurrentSvn, 0);
    }

    public Machine Good(Family family, Random random) => _good[family][random.Next(EachKind)];

    public Machine LowComponents(Family family, Random random) => _lowComponents[family][random.Next(EachKind)];

    public Machine LowPceSvn(Family family, Random random) => _lowPceSvn[family][random.Next(EachKind)];

    /// <summary>Numbers each of which is at least the minimum's.</summary>
    public byte[] AtLeast(ReadOnlySpan<byte> minimum, Random random)
    {
        byte[] made = minimum.ToArray();
        for (int i = 0; i < made.Length; i++)
            made[i] += (byte)(random.Next(2) * random.Next(4));
        return made;
    }

    /// <summary>The same but for one that is lower.</summary>
    public byte[] Below(ReadOnlySpan<byte> minimum, Random random)
    {
        byte[] made = AtLeast(minimum, random);
        int[] wanted = [.. Enumerable.Range(0, made.Length).Where(Positive(minimum.ToArray()))];
        int at = wanted[random.Next(wanted.Length)];
        made[at] = (byte)random.Next(minimum[at]);
        return made;
    }

    private static Func<int, bool> Positive(byte[] minimum) => i => minimum[i] > 0;

    private static IEnumerable<Machine> Make(AgreementPki pki, Family family, Func<byte[]> components, Func<int> pceSvn) =>
        Enumerable.Range(0, EachKind).Select(_ => Make(pki, family, components(), pceSvn()));

    private static Machine Make(AgreementPki pki, Family family, byte[] components, int pceSvn)
    {
        SimulatedPlatform platform = new()
        {
            Fmspc = family.Fmspc,
            PceId = new byte[] { (byte)(family.Policy.PceId >> 8), (byte)family.Policy.PceId },
            TcbComponents = components,
            PceSvn = pceSvn,
        };
        return pki.NewMachine(family.Authority == PckAuthority.Platform ? pki.Platform : pki.Processor, new SimulatedPckShape { Platform = platform });
    }

    // Mostly the level's own numbers, some one more, seldom one less.
    private static byte[] Near(ReadOnlySpan<byte> level, Random random)
    {
        byte[] made = level.ToArray();
        for (int i = 0; i < made.Length; i++)
            made[i] = (byte)Math.Clamp(made[i] + (random.Next(40) == 0 ? -1 : random.Next(4) == 0 ? 1 : 0), 0, 255);
        return made;
    }

    private static TcbInfo Read(Family family) => TcbInfo.TryRead(family.Collateral.TcbInfo, out TcbInfo? info, out string cause)
        ? info
        : throw new InvalidOperationException($"{family.Name}: {cause}");
}
