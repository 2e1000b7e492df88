namespace TeeTee.Inference.Gguf;

/// <summary>Block sizes of <see cref="GgufType"/> (ggml's type table).</summary>
public static class GgufTypes
{
    /// <summary>Elements and bytes of one block, or false for a type whose layout is not known.</summary>
    public static bool TryGetBlock(GgufType type, out int elements, out int bytes)
    {
        (elements, bytes) = type switch
        {
            GgufType.F32 or GgufType.I32 => (1, 4),
            GgufType.F16 or GgufType.BF16 or GgufType.I16 => (1, 2),
            GgufType.I64 or GgufType.F64 => (1, 8),
            GgufType.I8 => (1, 1),
            GgufType.Q4_0 => (32, 18),
            GgufType.Q4_1 => (32, 20),
            GgufType.Q5_0 => (32, 22),
            GgufType.Q5_1 => (32, 24),
            GgufType.Q8_0 => (32, 34),
            GgufType.Q8_1 => (32, 36),
            GgufType.Q2_K => (256, 84),
            GgufType.Q3_K => (256, 110),
            GgufType.Q4_K => (256, 144),
            GgufType.Q5_K => (256, 176),
            GgufType.Q6_K => (256, 210),
            GgufType.Q8_K => (256, 292),
            _ => (0, 0),
        };
        return elements > 0;
    }
}
