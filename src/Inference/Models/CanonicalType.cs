namespace TeeTee.Inference.Models;

/// <summary>How a canonical tensor stores its elements; the numbers are GGUF's.</summary>
public enum CanonicalType : byte
{
    /// <summary>Little-endian binary32.</summary>
    F32 = 0,

    /// <summary>Blocks of 34 bytes for 32 elements: a little-endian binary16 scale, then 32 signed bytes.</summary>
    Q8_0 = 8,
}
