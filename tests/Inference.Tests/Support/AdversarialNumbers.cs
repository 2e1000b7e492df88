namespace TeeTee.Inference.Tests.Support;

/// <summary>Binary32 numbers at which implementations of an operator may part, and ordinary ones among them.</summary>
internal static class AdversarialNumbers
{
    private static readonly float[] s_special =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, BitConverter.UInt32BitsToSingle(0x007F_FFFF), BitConverter.UInt32BitsToSingle(0x0080_0000),
        BitConverter.UInt32BitsToSingle(0x0D7F_FFFF), BitConverter.UInt32BitsToSingle(0x0D80_0000), 1f, -1f, MathF.BitDecrement(1f), MathF.BitIncrement(1f),
        0.5f, 1.5f, 2.5f, -0.5f, 63.5f, 127f, -127f, 254f, 87f, -87f, MathF.BitDecrement(-87f), 88.8f, -104f, 65_504f, 65_519.996f, -65_519.996f, 5.9604645e-8f, 2.9802322e-8f,
        MathF.BitIncrement(2.9802322e-8f), 6.1035156e-5f, MathF.BitDecrement(6.1035156e-5f), 1e-30f, -1e-30f, 1e18f,
    ];

    private static readonly float[] s_fatal =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, 3e38f, 65_520f, 1e19f, BitConverter.UInt32BitsToSingle(0xFFC0_0001)];

    /// <summary>Mostly special numbers; all small enough that most operators stay finite on them.</summary>
    public static float[] Draw(SeededNoise noise, int count)
    {
        float[] values = noise.Fill(count, 4f);
        for (int i = 0; i < count; i++)
        {
            int kind = noise.Next(4);
            if (kind == 1)
                values[i] = MathF.ScaleB(values[i], noise.Next(60) - 40);
            else if (kind > 1)
                values[i] = s_special[noise.Next(s_special.Length)];
        }
        return values;
    }

    /// <summary>The same with one or two numbers that end many operators.</summary>
    public static float[] DrawFatal(SeededNoise noise, int count)
    {
        float[] values = Draw(noise, count);
        for (int i = 0; i <= noise.Next(2) && count > 0; i++)
            values[noise.Next(count)] = s_fatal[noise.Next(s_fatal.Length)];
        return values;
    }
}
