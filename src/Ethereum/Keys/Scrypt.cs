using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace TeeTee.Ethereum;

/// <summary>
/// scrypt (RFC 7914). Written out because BouncyCastle refuses the parameters n = 262144, r = 1 of many existing keystores,
/// the Web3 Secret Storage vectors among them.
/// </summary>
internal static class Scrypt
{
    private const int WordsOfHalfBlock = 16;

    /// <param name="n">The cost, a power of two above 1; the memory is 128 * n * r bytes.</param>
    public static byte[] Derive(byte[] password, byte[] salt, int n, int r, int p, int length)
    {
        var data = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, checked(128 * r * p));
        var table = new uint[checked(32 * n * r)];
        for (var i = 0; i < p; i++)
            Mix(data.AsSpan(128 * r * i, 128 * r), table, n);
        return Rfc2898DeriveBytes.Pbkdf2(password, data, 1, HashAlgorithmName.SHA256, length);
    }

    private static void Mix(Span<byte> data, uint[] table, int n)
    {
        var size = data.Length / sizeof(uint);
        var (x, y) = (new uint[size], new uint[size]);
        for (var i = 0; i < size; i++)
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(data[(4 * i)..]);
        for (var i = 0; i < n; i++)
        {
            x.CopyTo(table.AsSpan(i * size));
            (x, y) = (MixBlocks(x, y), x);
        }
        for (var i = 0; i < n; i++)
        {
            var row = table.AsSpan((int)(x[size - WordsOfHalfBlock] & (uint)(n - 1)) * size, size);
            for (var j = 0; j < size; j++)
                x[j] ^= row[j];
            (x, y) = (MixBlocks(x, y), x);
        }
        for (var i = 0; i < size; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(data[(4 * i)..], x[i]);
    }

    private static uint[] MixBlocks(uint[] input, uint[] output)
    {
        Span<uint> x = stackalloc uint[WordsOfHalfBlock];
        input.AsSpan(input.Length - WordsOfHalfBlock).CopyTo(x);
        var count = input.Length / WordsOfHalfBlock;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < WordsOfHalfBlock; j++)
                x[j] ^= input[i * WordsOfHalfBlock + j];
            Salsa8(x);
            x.CopyTo(output.AsSpan((i / 2 + i % 2 * (count / 2)) * WordsOfHalfBlock));
        }
        return output;
    }

    private static void Salsa8(Span<uint> x)
    {
        Span<uint> z = stackalloc uint[WordsOfHalfBlock];
        x.CopyTo(z);
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 4; i++)
                Quarter(ref z[5 * i % 16], ref z[(5 * i + 4) % 16], ref z[(5 * i + 8) % 16], ref z[(5 * i + 12) % 16]);
            for (var i = 0; i < 4; i++)
                Quarter(ref z[5 * i], ref z[4 * i + (i + 1) % 4], ref z[4 * i + (i + 2) % 4], ref z[4 * i + (i + 3) % 4]);
        }
        for (var i = 0; i < WordsOfHalfBlock; i++)
            x[i] += z[i];
    }

    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= BitOperations.RotateLeft(a + d, 7);
        c ^= BitOperations.RotateLeft(b + a, 9);
        d ^= BitOperations.RotateLeft(c + b, 13);
        a ^= BitOperations.RotateLeft(d + c, 18);
    }
}
