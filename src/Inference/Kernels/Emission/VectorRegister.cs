namespace TeeTee.Inference.Kernels.Emission;

/// <summary>One of the 32 vector registers of AVX-512; all of them may be overwritten in the System V ABI.</summary>
internal readonly record struct VectorRegister
{
    public const int Count = 32;

    public VectorRegister(int number)
    {
        if ((uint)number >= Count)
            throw new ArgumentOutOfRangeException(nameof(number), number, $"There are {Count} vector registers.");
        Number = (byte)number;
    }

    public byte Number { get; }
}
