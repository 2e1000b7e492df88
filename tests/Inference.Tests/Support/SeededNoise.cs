using System.Text;

namespace TeeTee.Inference.Tests.Support;

/// <summary>SplitMix64 seeded by a number and a name; values are exact multiples of 2^-23 before scaling.</summary>
internal sealed class SeededNoise
{
    private ulong _state;

    public SeededNoise(ulong seed, string name)
    {
        _state = 0xCBF29CE484222325 ^ seed;
        foreach (byte letter in Encoding.UTF8.GetBytes(name))
            _state = (_state ^ letter) * 0x100000001B3;
    }

    public ulong Next()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    public int Next(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>Roughly bell-shaped values in (-scale, scale).</summary>
    public float[] Fill(int count, float scale)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = scale * ((int)(Next() >> 41) + (int)(Next() >> 41) - (1 << 23)) / (1 << 23);
        return values;
    }
}
