namespace TeeTee.Primitives;

/// <summary>
/// A vector of 32-bit words, one per lane, and what SHA-256 (FIPS 180-4, section 4.1.2) does with them. Lane l belongs to message l, so nothing
/// ever crosses lanes except where messages are read.
/// </summary>
/// <typeparam name="TWords">The vector.</typeparam>
internal interface ILanes<TWords>
    where TWords : struct
{
    /// <summary>Whether this machine runs it in registers. It gives the same result where it does not.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Lanes: 4, 8 or 16.</summary>
    static abstract int Count { get; }

    static abstract TWords Create(uint value);

    /// <summary><see cref="Count"/> words from <paramref name="source"/> on.</summary>
    static abstract TWords Load(ref uint source);

    /// <summary>Writes <see cref="Count"/> words from <paramref name="target"/> on.</summary>
    static abstract void Store(TWords words, ref uint target);

    /// <summary>
    /// Four words of each fourth lane: 16 bytes from <paramref name="source"/> + offset of lanes 0, 4, 8, 12, whose offsets lie at
    /// <paramref name="offsets"/>, four apart.
    /// </summary>
    static abstract TWords Gather(ref byte source, ref nint offsets);

    static abstract TWords Add(TWords a, TWords b);

    static abstract TWords ReverseBytes(TWords words);

    /// <summary>Interleaves words 0 and 1 of each group of four.</summary>
    static abstract TWords ZipLow(TWords a, TWords b);

    /// <summary>Interleaves words 2 and 3 of each group of four.</summary>
    static abstract TWords ZipHigh(TWords a, TWords b);

    /// <summary>Words 0 and 1 of <paramref name="a"/>, then of <paramref name="b"/>, in each group of four.</summary>
    static abstract TWords PairLow(TWords a, TWords b);

    /// <summary>Words 2 and 3 of <paramref name="a"/>, then of <paramref name="b"/>, in each group of four.</summary>
    static abstract TWords PairHigh(TWords a, TWords b);

    /// <summary><c>previous &lt;&lt; 24 | next &gt;&gt; 8</c>: words that begin one byte earlier.</summary>
    static abstract TWords OneByteEarlier(TWords previous, TWords next);

    /// <summary>Ch: the bits of <paramref name="f"/> where <paramref name="e"/> is set, else of <paramref name="g"/>.</summary>
    static abstract TWords Choose(TWords e, TWords f, TWords g);

    /// <summary>Maj: the bits that two of three have.</summary>
    static abstract TWords Majority(TWords a, TWords b, TWords c);

    /// <summary>Sigma 0: rotations by 2, 13 and 22.</summary>
    static abstract TWords BigSigma0(TWords x);

    /// <summary>Sigma 1: rotations by 6, 11 and 25.</summary>
    static abstract TWords BigSigma1(TWords x);

    /// <summary>sigma 0: rotations by 7 and 18, shift by 3.</summary>
    static abstract TWords SmallSigma0(TWords x);

    /// <summary>sigma 1: rotations by 17 and 19, shift by 10.</summary>
    static abstract TWords SmallSigma1(TWords x);
}
