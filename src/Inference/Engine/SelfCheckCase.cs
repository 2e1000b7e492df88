using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine;

/// <summary>One operator on fixed inputs, and the hash of its only right result.</summary>
internal sealed record SelfCheckCase(string Operator, ulong Golden, Func<KernelSet, ulong> Compute)
{
    private const int Columns = 200;

    /// <summary>All cases; the scalar definition, itself held by golden values of its specification, gave the hashes.</summary>
    public static IReadOnlyList<SelfCheckCase> All { get; } =
    [
        new("quantize", 0x845D_EE02_36F8_DA51, Quantize),
        new("matrixQ8", 0x4664_5891_94A0_98F1, kernels => SelfCheckProducts.Hash(kernels, SelfCheckInputs.Weights, seed: 2)),
        new("matrixQ4", 0x5FBF_ABEF_28A8_B898, kernels => SelfCheckProducts.Hash(kernels, SelfCheckInputs.Nibbles, seed: 40)),
        new("rmsNorm", 0x789F_9D00_225E_E1D6, RmsNorm),
        new("siluGate", 0x6CE3_FD3F_0B59_936C, SiluGate),
        new("residual", 0x436C_2F64_78D5_4FC3, Residual),
        new("bias", 0xA544_59BE_5D68_2D82, AddBias),
        new("rope", 0xFB3F_4349_5D41_CF5F, Rotate),
        new("halves", 0x1E03_BCE3_4627_0F12, StoreHalves),
        new("attention", 0xA84C_906A_B016_DF49, SelfCheckAttention.Hash),
        new("greedy", 0x1EDA_2C49_E674_EEEA, Greedy),
        new("sample", 0x74FE_D680_3755_FD8F, Sample),
        new("exp", 0xF501_3CDD_BDD3_9A4A, _ => CanonicalExpAudit.Hash(CanonicalExpAudit.FirstBits, CanonicalExpAudit.LastBits, 1_000_003)),
    ];

    private static ulong Quantize(KernelSet kernels)
    {
        float[] x = SelfCheckInputs.Wide(Columns, 1);
        sbyte[] q = new sbyte[BlockQuantizer.PaddedLength(Columns)];
        float[] scales = new float[BlockQuantizer.BlocksOf(Columns)];
        int[] sums = new int[scales.Length];
        kernels.Vectors.Quantize(x, q, scales, sums).Require();
        ulong hash = SelfCheckInputs.Hash(scales);
        foreach (sbyte value in q)
            hash = Fnv1a.Add(hash, (byte)value);
        foreach (int sum in sums)
            hash = Fnv1a.Add(hash, (uint)sum);
        return hash;
    }

    private static ulong RmsNorm(KernelSet kernels)
    {
        float[] y = new float[Columns];
        kernels.Vectors.RmsNorm(SelfCheckInputs.Wide(Columns, 10), SelfCheckInputs.Even(Columns, 11), 1e-5f, y).Require();
        return SelfCheckInputs.Hash(y);
    }

    private static ulong SiluGate(KernelSet kernels)
    {
        float[] y = new float[Columns];
        kernels.Vectors.SiluGate(SelfCheckInputs.Wide(Columns, 12), SelfCheckInputs.Even(Columns, 13), y).Require();
        return SelfCheckInputs.Hash(y);
    }

    private static ulong Residual(KernelSet kernels)
    {
        float[] hidden = SelfCheckInputs.Wide(Columns, 14);
        kernels.Vectors.Residual(hidden, SelfCheckInputs.Wide(Columns, 15)).Require();
        return SelfCheckInputs.Hash(hidden);
    }

    private static ulong AddBias(KernelSet kernels)
    {
        float[] y = SelfCheckInputs.Wide(Columns, 32);
        kernels.Vectors.AddBias(y, SelfCheckInputs.Wide(Columns, 33)).Require();
        return SelfCheckInputs.Hash(y);
    }

    private static ulong Rotate(KernelSet kernels)
    {
        const int Dimension = 40, Pairs = 17;
        float[] heads = SelfCheckInputs.Even(5 * Dimension, 20);
        foreach (bool halfSplit in (bool[])[false, true])
            kernels.Vectors.Rotate(heads, Dimension, SelfCheckInputs.Even(Pairs, 21), SelfCheckInputs.Even(Pairs, 22), halfSplit).Require();
        return SelfCheckInputs.Hash(heads);
    }

    private static ulong StoreHalves(KernelSet kernels)
    {
        ushort[] halves = new ushort[Columns];
        kernels.Vectors.StoreHalves(SelfCheckInputs.Wide(Columns, 34), halves).Require();
        ulong hash = Fnv1a.SweepStart;
        foreach (ushort half in halves)
            hash = Fnv1a.Add(hash, half);
        return hash;
    }

    private static ulong Greedy(KernelSet kernels)
    {
        ulong hash = Fnv1a.SweepStart;
        for (uint stream = 0; stream < 16; stream++)
        {
            PickCandidate best = kernels.Vectors.Greedy(SelfCheckInputs.Even(Columns, 50 + stream), 7);
            best.Failure.Require();
            hash = Fnv1a.Add(Fnv1a.Add(hash, best.Id), BitConverter.SingleToUInt32Bits(best.Score));
        }
        return hash;
    }

    private static ulong Sample(KernelSet kernels)
    {
        float[] logits = SelfCheckInputs.Even(Columns, 19);
        ulong hash = Fnv1a.SweepStart;
        for (uint position = 0; position < 16; position++)
            hash = Fnv1a.Add(hash, kernels.Vectors.Sample(logits, 0, 1.25f, new GumbelNoise(new byte[GumbelNoise.SeedBytes], position)).Id);
        return hash;
    }
}
