using TeeTee.Inference.Disputes;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Flips the lowest bit of one element of one operator's output at one position, as a cheating host would.</summary>
internal sealed class BitFlip(DisputeOperator target, int layer, int position) : IOperatorFault
{
    public bool Affects(int at) => at == position;

    public void Alter(DisputeOperator op, int at, int p, Span<float> values)
    {
        if (Hits(op, at, p))
            values[values.Length / 2] = Flip(values[values.Length / 2]);
    }

    public void AlterRow(DisputeOperator op, int at, int p, int kvHead, Span<ushort> row)
    {
        if (Hits(op, at, p) && kvHead == 0)
            row[row.Length - 1] ^= 1;
    }

    public void AlterQuantized(DisputeOperator op, int at, int p, QuantizedOutput output)
    {
        if (Hits(op, at, p))
            output.Values[output.Values.Length / 3] ^= 1;
    }

    public NormOutput AlterNorm(DisputeOperator op, int at, int p, NormOutput output) =>
        Hits(op, at, p) ? output with { R = Flip(output.R) } : output;

    public void AlterHead(int at, int p, int head, HeadOutput output)
    {
        if (Hits(DisputeOperator.AttentionHead, at, p) && head == 1)
            output.Rows[^1] = Flip(output.Rows[^1]);
    }

    public void AlterPick(int p, SegmentBest[] bests)
    {
        if (Hits(DisputeOperator.Pick, -1, p))
            bests[0] = bests[0] with { Score = Flip(bests[0].Score) };
    }

    private bool Hits(DisputeOperator op, int at, int p) => op == target && p == position && (at == layer || at < 0);

    private static float Flip(float value) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) ^ 1);
}
