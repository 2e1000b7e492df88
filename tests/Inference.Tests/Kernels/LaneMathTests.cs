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
    public void ExpNeg_InputsOfAllMagnitudes_EqualsDefinition()
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
        // All magnitudes thinly; densely where the reduction has something to take away and the result is not zero.
        CompareExp<TLanes>(0x8000_0000, 0xFF80_0000, 4_001);
        CompareExp<TLanes>(0xBE80_0000, 0xC2AE_0100, 59);
    }

    private static void CompareExp<TLanes>(uint first, uint last, uint stride)
        where TLanes : struct, ILanes<TLanes>
    {
        float* x = stackalloc float[TLanes.Count], y = stackalloc float[TLanes.Count];
        for (ulong bits = first; bits <= last; bits += (ulong)stride * (ulong)TLanes.Count)
        {
            for (int i = 0; i < TLanes.Count; i++)
                x[i] = BitConverter.UInt32BitsToSingle((uint)Math.Min(bits + (ulong)i * stride, last));
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
