namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>[0-9][0-9][0-9]</summary>
internal sealed class DigitTripleRule : ISplitRule
{
    public (int Start, int End) Find(in CharacterMap map, int from, int to)
    {
        for (int start = from; start + 3 <= to; start++)
        {
            if (IsDigit(map, start) && IsDigit(map, start + 1) && IsDigit(map, start + 2))
                return (start, start + 3);
        }
        return (to, to);
    }

    private static bool IsDigit(in CharacterMap map, int index) => map.CodePoint(index) is >= '0' and <= '9';
}
