namespace TeeTee.Inference.Gguf;

/// <summary>Element types of GGUF tensors whose layout this project knows. Files may name others by number.</summary>
public enum GgufType : uint
{
    /// <summary>Binary32.</summary>
    F32 = 0,

    /// <summary>Binary16.</summary>
    F16 = 1,

    /// <summary>32 elements: binary16 scale, 32 nibbles.</summary>
    Q4_0 = 2,

    /// <summary>32 elements: binary16 scale and minimum, 32 nibbles.</summary>
    Q4_1 = 3,

    /// <summary>32 elements of 5 bits with a scale.</summary>
    Q5_0 = 6,

    /// <summary>32 elements of 5 bits with scale and minimum.</summary>
    Q5_1 = 7,

    /// <summary>32 elements: binary16 scale, 32 signed bytes.</summary>
    Q8_0 = 8,

    /// <summary>32 signed bytes with scale and sum.</summary>
    Q8_1 = 9,

    /// <summary>256 elements of 2 bits.</summary>
    Q2_K = 10,

    /// <summary>256 elements of 3 bits.</summary>
    Q3_K = 11,

    /// <summary>256 elements of 4 bits.</summary>
    Q4_K = 12,

    /// <summary>256 elements of 5 bits.</summary>
    Q5_K = 13,

    /// <summary>256 elements of 6 bits.</summary>
    Q6_K = 14,

    /// <summary>256 signed bytes with a scale.</summary>
    Q8_K = 15,

    /// <summary>Signed byte.</summary>
    I8 = 24,

    /// <summary>Signed 16-bit integer.</summary>
    I16 = 25,

    /// <summary>Signed 32-bit integer.</summary>
    I32 = 26,

    /// <summary>Signed 64-bit integer.</summary>
    I64 = 27,

    /// <summary>Binary64.</summary>
    F64 = 28,

    /// <summary>The upper half of binary32.</summary>
    BF16 = 30,
}
