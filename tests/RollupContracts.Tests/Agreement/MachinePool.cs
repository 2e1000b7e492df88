using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>Machines by family, made once: certificates are dearer than quotes.</summary>
internal sealed class MachinePool
{
    private const int EachKind = 4;

    private readonly Dictionary<Family, Machine[]> _good = [];
    private readonly Dictionary<Family, Machine[]> _lowComponents = [];
    private readonly Dictionary<Family, Machine[]> _lowPceSvn = [];

    public MachinePool(AgreementPki pki, Random random)
    {
        foreach (Family family in pki.Families.Values.Concat(pki.Extra.Values))
        {
            _good[family] = [.. Make(pki, family, () => AtLeast(family.Policy.SgxComponents.Span, random), () => family.Policy.PceSvn + random.Next(4))];
            _lowComponents[family] = [.. Make(pki, family, () => Below(family.Policy.SgxComponents.Span, random), () => family.Policy.PceSvn + random.Next(4))];
            _lowPceSvn[family] = [.. Make(pki, family, () => AtLeast(family.Policy.SgxComponents.Span, random), () => random.Next(family.Policy.PceSvn))];
        }
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

    private static IEnumerable<Machine> Make(AgreementPki pki, Family family, Func<byte[]> components, Func<int> pceSvn)
    {
        for (int i = 0; i < EachKind; i++)
        {
            SimulatedPlatform platform = new()
            {
                Fmspc = family.Fmspc,
                PceId = new byte[] { (byte)(family.Policy.PceId >> 8), (byte)family.Policy.PceId },
                TcbComponents = components(),
                PceSvn = pceSvn(),
            };
            yield return pki.NewMachine(family.Authority == PckAuthority.Platform ? pki.Platform : pki.Processor, new SimulatedPckShape { Platform = platform });
        }
    }
}
