namespace TeeTee.Primitives;

/// <summary>The byte shuffle that turns each of four 32-bit words around, as two little-endian halves.</summary>
internal static class ByteOrder
{
    public const ulong Low = 0x04050607_00010203;
    public const ulong High = 0x0C0D0E0F_08090A0B;
}
