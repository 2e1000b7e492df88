using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Bytes as they are hashed and opened: behind their salt where the job is sealed.</summary>
internal static class SaltedBytes
{
    /// <summary>salt || data, or the data alone.</summary>
    public static byte[] Of(Bytes32? salt, ReadOnlySpan<byte> data)
    {
        if (salt is not { } known)
            return data.ToArray();
        byte[] salted = new byte[Bytes32.Size + data.Length];
        known.CopyTo(salted);
        data.CopyTo(salted.AsSpan(Bytes32.Size));
        return salted;
    }
}
