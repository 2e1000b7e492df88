using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace TeeTee.Inference.Models.Synthesis;

/// <summary>
/// Bell-shaped noise by number: an element depends on seed, tensor, row and column alone, so that rows can be made in any order by any
/// number of threads. Integer arithmetic until one last product: the same on every machine.
/// </summary>
/// <remarks>An element is the sum of four bytes of a mixed 32-bit counter, less its mean: 1,021 values, as near to a normal law as a sum of four is.</remarks>
internal static class WeightNoise
{
    // The deviation of a sum of four bytes: sqrt(4 * (2^16 - 1) / 12).
    private const float Deviation = 147.80054f;
    private const int Mean = 510;

    /// <summary>A tensor's part of the key.</summary>
    public static ulong Key(ulong seed, string tensor)
    {
        ulong key = seed;
        foreach (byte letter in Encoding.UTF8.GetBytes(tensor))
            key = Mix(key ^ letter);
        return Mix(key);
    }

    /// <summary>Fills one row with noise around <paramref name="mean"/> of the deviation given.</summary>
    public static void FillRow(ulong key, long row, float mean, float deviation, Span<float> destination)
    {
        ulong rowKey = Mix(key + (ulong)row);
        (uint low, uint high) = ((uint)rowKey, (uint)(rowKey >> 32));
        float scale = deviation / Deviation;
        int column = 0;
        for (; column + Vector256<float>.Count <= destination.Length; column += Vector256<float>.Count)
        {
            Vector256<uint> words = Mix(Vector256<uint>.Indices + Vector256.Create((uint)column), low, high);
            (Vector256.ConvertToSingle(Sum(words).AsInt32() - Vector256.Create(Mean)) * scale + Vector256.Create(mean)).CopyTo(destination[column..]);
        }
        for (; column < destination.Length; column++)
        {
            uint word = Mix((uint)column, low, high);
            uint pairs = (word & 0x00FF00FF) + ((word >> 8) & 0x00FF00FF);
            destination[column] = ((int)((pairs & 0xFFFF) + (pairs >> 16)) - Mean) * scale + mean;
        }
    }

    private static Vector256<uint> Sum(Vector256<uint> words)
    {
        Vector256<uint> pairs = (words & Vector256.Create(0x00FF00FFu)) + ((words >> 8) & Vector256.Create(0x00FF00FFu));
        return (pairs & Vector256.Create(0xFFFFu)) + (pairs >> 16);
    }

    private static Vector256<uint> Mix(Vector256<uint> counter, uint low, uint high)
    {
        Vector256<uint> x = counter + Vector256.Create(low);
        x = (x ^ (x >> 16)) * Vector256.Create(0x21F0AAADu);
        x = (x ^ (x >> 15)) * Vector256.Create(0xD35A2D97u);
        x ^= (x >> 15) ^ Vector256.Create(high);
        x = (x ^ (x >> 16)) * Vector256.Create(0x85EBCA6Bu);
        return x ^ (x >> 13);
    }

    private static uint Mix(uint counter, uint low, uint high)
    {
        uint x = counter + low;
        x = (x ^ (x >> 16)) * 0x21F0AAADu;
        x = (x ^ (x >> 15)) * 0xD35A2D97u;
        x ^= (x >> 15) ^ high;
        x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
        return x ^ (x >> 13);
    }

    private static ulong Mix(ulong key)
    {
        key += 0x9E3779B97F4A7C15;
        key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9;
        key = (key ^ (key >> 27)) * 0x94D049BB133111EB;
        return BitOperations.RotateLeft(key ^ (key >> 31), 17);
    }
}
