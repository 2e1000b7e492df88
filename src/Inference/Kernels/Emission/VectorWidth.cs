namespace TeeTee.Inference.Kernels.Emission;

/// <summary>Width of a vector instruction; the value is the field L'L of its EVEX prefix (SDM volume 2A, 2.7.1).</summary>
internal enum VectorWidth : byte
{
    /// <summary>ymm registers, 8 lanes of 32 bits.</summary>
    Bits256 = 1,

    /// <summary>zmm registers, 16 lanes of 32 bits.</summary>
    Bits512 = 2,
}
