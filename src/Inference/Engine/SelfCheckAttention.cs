using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine;

/// <summary>Attention of the self-check: two pages, the second one partly filled, several queries and heads, a dimension that fills no vector.</summary>
internal static unsafe class SelfCheckAttention
{
    private const int Dimension = 24;
    private const int Heads = 3;
    private const int Count = 5;
    private const int FirstPosition = 34;
    private const int PageHalves = 2 * Dimension * AttentionBlock.PagePositions;

    public static ulong Hash(KernelSet kernels)
    {
        using NativeBuffer<ushort> pages = new(2 * PageHalves);
        SelfCheckInputs.Halves(2 * PageHalves, 16).CopyTo(pages.Slice(0, 2 * PageHalves));
        float[] output = new float[Count * Heads * Dimension];
        AttentionBlock block = new()
        {
            Pages = [(nint)pages.Pointer, (nint)(pages.Pointer + PageHalves)],
            KeyOffset = 0,
            ValueOffset = PageHalves / 2,
            Dimension = Dimension,
            FirstPosition = FirstPosition,
            Count = Count,
            Heads = Heads,
            Scale = 0.25f,
            Query = SelfCheckInputs.Wide(Count * Heads * Dimension, 18),
            QueryStride = Heads * Dimension,
            Output = output,
            OutputStride = Heads * Dimension,
            Scratch = new float[AttentionBlock.ScratchLength(FirstPosition + Count, Dimension)],
        };
        kernels.Vectors.Attend(block, out _).Require();
        return SelfCheckInputs.Hash(output);
    }
}
