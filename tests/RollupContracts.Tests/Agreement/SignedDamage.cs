namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>
/// Changes one byte of a certificate's signed part, outside names, identifiers and the serial number, whose known differences have cases of
/// their own, and outside the head of the whole.
/// </summary>
internal static class SignedDamage
{
    private const byte Set = 0x31;
    private const byte Identifier = 0x06;
    private const byte OctetString = 0x04;
    private const byte Sequence = 0x30;
    private const byte Constructed = 0x20;
    private const int Head = 4;
    // Version and serial number follow the head: 5 and 22 bytes.
    private const int SerialEnd = Head + 5 + 22;

    public static void Do(byte[] toBeSigned, Random random)
    {
        List<int> places = [.. Enumerable.Range(Head, 5)];
        Collect(toBeSigned, SerialEnd, toBeSigned.Length, places);
        int at = places[random.Next(places.Count)];
        byte was = toBeSigned[at];
        byte[] near = [(byte)(was ^ (1 << random.Next(8))), (byte)(was + 1), (byte)(was - 1), (byte)random.Next(256), 0, 0xff, 0x30, Set];
        toBeSigned[at] = near[random.Next(near.Length)];
    }

    // Values side by side; also those wrapped in an OCTET STRING, as extensions are.
    private static void Collect(byte[] der, int start, int end, List<int> places)
    {
        while (start < end)
        {
            (int content, int next) = Read(der, start);
            bool wraps = (der[start] & Constructed) != 0
                || (der[start] == OctetString && next - content > 4 && der[content] == Sequence && Read(der, content).Next == next);
            if (der[start] is not (Set or Identifier))
            {
                places.AddRange(Enumerable.Range(start, content - start));
                if (wraps)
                    Collect(der, content, next, places);
                else
                    places.AddRange(Enumerable.Range(content, next - content));
            }
            start = next;
        }
    }

    private static (int Content, int Next) Read(byte[] der, int start)
    {
        byte first = der[start + 1];
        if (first < 0x80)
            return (start + 2, start + 2 + first);
        int content = start + 2 + (first & 0x7f);
        return (content, content + der[(start + 2)..content].Aggregate(0, (sum, digit) => (sum << 8) | digit));
    }
}
