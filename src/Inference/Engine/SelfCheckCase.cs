using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine;

/// <summary>One operator on fixed inputs, and the hash of its only right result.</summary>
internal sealed record SelfCheckCase(string Operator, ulong Golden, Func<KernelSet, ulong> Compute)
{
    private const int Rows = 40;
    private const int Columns = 200;
    private const int HeadDimension = 24;

    /// <summary>All cases; the scalar definition, itself held by golden values of its specification, gave the hashes.</summary>
    public static IReadOnlyList<SelfCheckCase> All { get; } =
    [
        new("quantize", 0x0731_4838_08F7_12E5, Quantize),
        new("matrixVector", 0x33D6_322B_A6B2_90D6, Matrix),
        new("rmsNorm", 0x789F_9D00_225E_E1D6, RmsNorm),
        new("siluGate", 0x6CE3_FD3F_0B59_936C, SiluGate),
        new("residual", 0x436C_2F64_78D5_4FC3, Residual),
        new("attention", 0xA84C_906A_B016_DF49, SelfCheckAttention.Hash),
        new("sample", 0x74FE_D680_3755_FD8F, Sample),
        new("rope", 0xDE17_44AF_7FB5_4270, _ => RopeAndStore()),
        new("exp", 0xF501_3CDD_BDD3_9A4A, _ => CanonicalExpAudit.Hash(CanonicalExpAudit.FirstBits, CanonicalExpAudit.LastBits, 1_000_003)),
    ];

    private static ulong Quantize(KernelSet kernels)
    {
        float[] x = SelfCheckInputs.Wide(Columns, 1);
        sbyte[] q = new sbyte[BlockQuantizer.PaddedLength(Columns)];
        float[] scales = new float[BlockQuantizer.BlocksOf(Columns)];
        kernels.Vectors.Quantize(x, q, scales, new int[scales.Length]).Require();
        ulong hash = SelfCheckInputs.Hash(scales);
        foreach (sbyte value in q)
            hash = Fnv1a.Add(hash, (byte)value);
        return hash;
    }

    private static ulong Matrix(KernelSet kernels)
    {
        int blocks = BlockQuantizer.BlocksOf(Columns);
        using PackedMatrix matrix = new(SelfCheckInputs.Weights(Rows * blocks), Rows, blocks);
        using QuantizedBatch batch = new(6, blocks);
        using NativeBuffer<float> output = new(6 * Rows);
        using WorkerPool inline = new(1);
        batch.Shape(Columns, 6);
        for (int t = 0; t < 6; t++)
            batch.Write(t, SelfCheckInputs.Even(Columns, 2 + (uint)t), kernels.Vectors).Require();
        MatrixProduct.Run(inline, kernels.Matrix, batch, 6, new MatrixProduct(matrix, output));
        return SelfCheckInputs.Hash(output.Slice(0, 6 * Rows));
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

    private static ulong Sample(KernelSet kernels)
    {
        float[] logits = SelfCheckInputs.Even(Columns, 19);
        ulong hash = Fnv1a.SweepStart;
        for (uint position = 0; position < 16; position++)
            hash = Fnv1a.Add(hash, kernels.Vectors.Sample(logits, 0, 1.25f, new GumbelNoise(new byte[GumbelNoise.SeedBytes], position)).Id);
        return hash;
    }

    private static ulong RopeAndStore()
    {
        float[] head = SelfCheckInputs.Even(HeadDimension, 20);
        Rope.Apply(head, SelfCheckInputs.Even(8, 21), SelfCheckInputs.Even(8, 22), halfSplit: false);
        Rope.Apply(head, SelfCheckInputs.Even(8, 23), SelfCheckInputs.Even(8, 24), halfSplit: true);
        ulong hash = SelfCheckInputs.Hash(head);
        for (int i = 0; i < head.Length; i++)
            hash = Fnv1a.Add(hash, Fp16.FromSingle(MathF.ScaleB(head[i], -i)));
        return hash;
    }
}
