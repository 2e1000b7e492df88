namespace TeeTee.Inference.Gguf;

/// <summary>An array of strings as the file's exact bytes, held in one buffer.</summary>
public sealed class GgufStrings
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;

    internal GgufStrings(byte[] bytes, int[] ends) => (_bytes, _ends) = (bytes, ends);

    /// <summary>Number of strings.</summary>
    public int Count => _ends.Length;

    /// <summary>The bytes of one string; UTF-8 by the format, but not checked.</summary>
    public ReadOnlySpan<byte> this[int index] => Memory(index).Span;

    /// <summary>The bytes of one string.</summary>
    public ReadOnlyMemory<byte> Memory(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _bytes.AsMemory(start, _ends[index] - start);
    }
}
