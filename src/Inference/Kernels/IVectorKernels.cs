using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// The operators between the matrix products. Every implementation gives the bits of TeeTee.Numerics; where the definition throws a
/// <see cref="NonFiniteException"/> these return the same operator and index, and what they have written is undefined. Nothing is
/// allocated. Sizes that do not fit throw an <see cref="ArgumentException"/>.
/// </summary>
internal interface IVectorKernels
{
    /// <summary>Ids that a range of <see cref="Sample"/> starts at are multiples of this.</summary>
    const int RangeAlignment = 64;

    string Name { get; }

    /// <summary>Quantises a vector in blocks of 32 (rulings 1 to 3).</summary>
    /// <param name="x">The vector; the tail of the last block counts as zeros.</param>
    /// <param name="q">Receives 32 bytes per block, in [-127, 127].</param>
    /// <param name="scales">Receives one scale per block.</param>
    /// <param name="sums">Receives the sum of each block's bytes.</param>
    NonFinite Quantize(ReadOnlySpan<float> x, Span<sbyte> q, Span<float> scales, Span<int> sums);

    /// <summary>Normalises (rulings 8, 9), a whole row or a head of it. The output may be the input's memory.</summary>
    NonFinite RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y);

    /// <summary>output = silu(gate) * up (ruling 10). The output may be the memory of an input.</summary>
    NonFinite SiluGate(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> output);

    /// <summary>hidden = hidden + branch (ruling 6).</summary>
    NonFinite Residual(Span<float> hidden, ReadOnlySpan<float> branch);

    /// <summary>y = y + bias (ruling 6).</summary>
    NonFinite AddBias(Span<float> y, ReadOnlySpan<float> bias);

    /// <summary>Rotates every head of a row in place (ruling 17); elements of a head from 2 * cosines.Length on keep their bits.</summary>
    /// <param name="heads">Whole heads, one after the other. An index that is returned counts from their beginning.</param>
    /// <param name="dimension">Elements of a head, at least 2 * cosines.Length.</param>
    /// <param name="cosines">The table's row of the position.</param>
    /// <param name="sines">The table's row of the position.</param>
    /// <param name="halfSplit">False pairs (2i, 2i + 1); true pairs (i, i + cosines.Length).</param>
    NonFinite Rotate(Span<float> heads, int dimension, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines, bool halfSplit);

    /// <summary>Rounds to binary16 as the KV cache stores it (ruling 16): 65,520 and more is <c>fp16</c>'s failure.</summary>
    NonFinite StoreHalves(ReadOnlySpan<float> x, Span<ushort> halves);

    /// <summary>Attention (rulings 11, 12, 14, 15). Only a score can fail: finite halves bound all that follows.</summary>
    /// <param name="block">What to compute, checked here.</param>
    /// <param name="row">The lowest failing row, t * Heads + h; the index returned is then the stored position whose score failed first. Else -1.</param>
    NonFinite Attend(in AttentionBlock block, out int row);

    /// <summary>The greatest logit of a range of the vocabulary (ruling 25).</summary>
    /// <param name="logits">The range's logits, at least one.</param>
    /// <param name="firstId">Id of the first.</param>
    PickCandidate Greedy(ReadOnlySpan<float> logits, int firstId);

    /// <summary>The greatest fma(logit, inverseTemperature, noise) of a range of the vocabulary (rulings 22 to 25).</summary>
    /// <param name="logits">The range's logits, at least one.</param>
    /// <param name="firstId">Id of the first, a multiple of <see cref="RangeAlignment"/>.</param>
    /// <param name="inverseTemperature">1/T.</param>
    /// <param name="noise">The noise of the position.</param>
    PickCandidate Sample(ReadOnlySpan<float> logits, int firstId, float inverseTemperature, GumbelNoise noise);
}
