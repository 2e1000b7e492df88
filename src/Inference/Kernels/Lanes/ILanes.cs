namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>
/// A vector of binary32 numbers, as many as a register holds. The kernels are written once over this interface; the compiler makes
/// straight code of each width, because every implementation is a structure around one hardware vector. Each operation works on lanes
/// alone and rounds once, to nearest even, so that the bits of a lane do not depend on the width. The same 32 bits can be taken as an
/// integer: such operations say so in their names, and shifts, logic and selection always take bits.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Lanes: 4, 8 or 16.</summary>
    static abstract int Count { get; }

    /// <summary>True where this machine has the vectors and an fma of that width; without, .NET would compute each lane by a call.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The number in every lane.</summary>
    static abstract TSelf Create(float value);

    /// <summary>The bits in every lane.</summary>
    static abstract TSelf Bits(uint bits);

    /// <summary>Reads Count numbers, at any alignment.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Reads Count binary16 numbers and widens them exactly. Infinities and NaNs are taken for numbers beyond 65,504.</summary>
    static abstract TSelf LoadHalves(ushort* source);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    static abstract TSelf operator &(TSelf a, TSelf b);

    static abstract TSelf operator |(TSelf a, TSelf b);

    static abstract TSelf operator ^(TSelf a, TSelf b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>To the nearest whole number, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>The greater of two finite numbers; of two zeros either.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>All bits set where a is less.</summary>
    static abstract TSelf LessThan(TSelf a, TSelf b);

    /// <summary>Per lane: a where the mask is set, else b.</summary>
    static abstract TSelf Select(TSelf mask, TSelf a, TSelf b);

    /// <summary>True if a lane is a NaN.</summary>
    static abstract bool IsAnyNaN(TSelf value);

    /// <summary>The integer of a whole number that fits int32; of other numbers anything.</summary>
    static abstract TSelf ToInt(TSelf value);

    /// <summary>The number of an integer.</summary>
    static abstract TSelf FromInt(TSelf value);

    static abstract TSelf AddInt(TSelf a, TSelf b);

    static abstract TSelf SubtractInt(TSelf a, TSelf b);

    static abstract TSelf MaxUnsigned(TSelf a, TSelf b);

    static abstract TSelf ShiftLeft(TSelf value, int count);

    static abstract TSelf ShiftRightSigned(TSelf value, int count);

    static abstract TSelf ShiftRightUnsigned(TSelf value, int count);

    /// <summary>Per pair of lanes: the 64-bit product of the even lanes as unsigned integers, low half in the even lane.</summary>
    static abstract TSelf MultiplyEvenUnsigned(TSelf a, TSelf b);

    /// <summary>Per pair of lanes: the odd lane in the even one's place, zero in its own.</summary>
    static abstract TSelf OddToEven(TSelf value);

    /// <summary>Per pair of lanes: the even lane in the odd one's place, zero in its own.</summary>
    static abstract TSelf EvenToOdd(TSelf value);

    /// <summary>Per pair of lanes: the even lane in its place, zero in the odd one's.</summary>
    static abstract TSelf EvenOf(TSelf value);

    /// <summary>Per pair of lanes: the even lane in both.</summary>
    static abstract TSelf RepeatEven(TSelf value);

    /// <summary>Per pair of lanes: the odd lane in both.</summary>
    static abstract TSelf RepeatOdd(TSelf value);

    /// <summary>Per four lanes: a0 b0 a1 b1.</summary>
    static abstract TSelf InterleaveLow(TSelf a, TSelf b);

    /// <summary>Per four lanes: a2 b2 a3 b3.</summary>
    static abstract TSelf InterleaveHigh(TSelf a, TSelf b);

    /// <summary>Per four lanes: a0 a1 b0 b1.</summary>
    static abstract TSelf LowPairs(TSelf a, TSelf b);

    /// <summary>Per four lanes: a2 a3 b2 b3.</summary>
    static abstract TSelf HighPairs(TSelf a, TSelf b);

    /// <summary>The sum of all lanes as integers.</summary>
    static abstract int SumInt(TSelf value);

    /// <summary>The greatest lane as an unsigned integer.</summary>
    static abstract uint LargestUnsigned(TSelf value);

    /// <summary>The greatest lane of finite numbers; of two zeros either.</summary>
    static abstract float Largest(TSelf value);

    /// <summary>Writes Count numbers, at any alignment.</summary>
    void Store(float* target);

    /// <summary>Writes the low byte of each lane; the lanes are integers that fit one.</summary>
    void StoreBytes(sbyte* target);

    /// <summary>Writes the low 16 bits of each lane; the upper ones are zero.</summary>
    void StoreHalves(ushort* target);
}
