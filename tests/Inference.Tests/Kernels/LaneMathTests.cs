using TeeTee.Inference.Kernels.Lanes;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>The elementary functions in lanes, over all or very many of their inputs, in each width of this machine.</summary>
public unsafe class LaneMathTests
{
    private const ulong AllNoiseHash = 0x7A61_AFD4_3249_9184;

    [Fact]
    public void Gumbel_AllUniforms_GiveTheGoldenHash()
    {
        List<uint[]> all = [];
        if (Lanes512.IsSupported)
            all.Add(AllNoise<Lanes512>());
        if (Lanes256.IsSupported)
            all.Add(AllNoise<Lanes256>());
        if (Lanes128.IsSupported)
            all.Add(AllNoise<Lanes128>());
        if (all.Count > 0)
            Assert.Equal(AllNoiseHash, all[0].Aggregate(Fnv1a.SweepStart, Fnv1a.Add));
        Assert.All(all, noise => Assert.True(noise.AsSpan().SequenceEqual(all[0])));
    }

    [Fact]
    public void ExpNeg_EveryThousandthInput_EqualsDefinition()
    {
        if (Lanes512.IsSupported)
            CompareExp<Lanes512>();
        if (Lanes256.IsSupported)
            CompareExp<Lanes256>();
        if (Lanes128.IsSupported)
            CompareExp<Lanes128>();
    }

    [Fact]
    public void LoadHalves_EveryFiniteHalf_IsExact()
    {
        if (Lanes512.IsSupported)
            CompareHalves<Lanes512>();
        if (Lanes256.IsSupported)
            CompareHalves<Lanes256>();
        if (Lanes128.IsSupported)
            CompareHalves<Lanes128>();
    }

    private static uint[] AllNoise<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        uint[] noise = new uint[1 << 23];
        for (uint word = 0; word < noise.Length; word++)
            noise[word] = word << 9;
        fixed (uint* words = noise)
        {
            for (int i = 0; i < noise.Length; i += TLanes.Count)
                LaneMath<TLanes>.Gumbel(TLanes.Load((float*)words + i)).Store((float*)words + i);
        }
        return noise;
    }

    private static void CompareExp<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        float* x = stackalloc float[TLanes.Count], y = stackalloc float[TLanes.Count];
        for (ulong bits = 0x8000_0000; bits < 0xFF80_0000; bits += 1_009ul * (ulong)TLanes.Count)
        {
            for (int i = 0; i < TLanes.Count; i++)
                x[i] = i == 0 && bits > 0xFF70_0000 ? float.NegativeInfinity : BitConverter.UInt32BitsToSingle((uint)Math.Min(bits + (ulong)i * 1_009, 0xFF80_0000));
            LaneMath<TLanes>.ExpNeg(TLanes.Load(x)).Store(y);
            for (int i = 0; i < TLanes.Count; i++)
            {
                if (BitConverter.SingleToUInt32Bits(CanonicalExp.ExpNeg(x[i])) != BitConverter.SingleToUInt32Bits(y[i]))
                    Assert.Fail($"{TLanes.Count} lanes: expNeg({x[i]:R}) is {y[i]:R}.");
            }
        }
    }

    private static void CompareHalves<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        ushort* halves = stackalloc ushort[TLanes.Count];
        float* wide = stackalloc float[TLanes.Count];
        for (int start = 0; start < 65_536; start += TLanes.Count)
        {
            for (int i = 0; i < TLanes.Count; i++)
                halves[i] = (ushort)(start + i);
            TLanes.LoadHalves(halves).Store(wide);
            for (int i = 0; i < TLanes.Count; i++)
            {
                if ((halves[i] & 0x7C00) != 0x7C00)
                    Assert.Equal(BitConverter.SingleToUInt32Bits(Fp16.ToSingle(halves[i])), BitConverter.SingleToUInt32Bits(wide[i]));
                else
                    Assert.True(float.IsFinite(wide[i]));
            }
        }
    }
}
