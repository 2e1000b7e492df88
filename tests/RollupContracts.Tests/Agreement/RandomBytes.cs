namespace TeeTee.RollupContracts.Tests.Agreement;

internal static class RandomBytes
{
    /// <summary>So many bytes.</summary>
    public static byte[] Bytes(this Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Changes one bit or more of one byte.</summary>
    public static void Flip(this Random random, Span<byte> bytes) => bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
}
