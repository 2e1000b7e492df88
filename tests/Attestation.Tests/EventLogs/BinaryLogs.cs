using System.Buffers.Binary;
using System.Text;
using TeeTee.Attestation.EventLogs;

namespace TeeTee.Attestation.Tests.EventLogs;

/// <summary>Writes the two binary forms of a log.</summary>
internal static class BinaryLogs
{
    public static byte[] Attestation(IReadOnlyList<MeasuredEvent> events)
    {
        List<byte> bytes = [0, 0, .. Counted([1, 2, 3]), .. Compact(events.Count)];
        foreach (MeasuredEvent e in events)
        {
            bytes.AddRange(Number((uint)e.Register));
            bytes.AddRange(Number(e.Type));
            bytes.AddRange(Counted(e.Digest.ToArray()));
            bytes.AddRange(Counted(Encoding.UTF8.GetBytes(e.Name)));
            bytes.AddRange(Counted(e.Payload.ToArray()));
        }
        return [.. bytes, .. "what follows is not read"u8];
    }

    public static byte[] Ccel(IReadOnlyList<MeasuredEvent> events, params ushort[] otherAlgorithms)
    {
        ushort[] algorithms = [0x000C, .. otherAlgorithms];
        List<byte> specification = [.. "Spec ID Event03\0"u8, 0, 0, 0, 0, 0, 2, 0, 2, .. Number((uint)algorithms.Length)];
        foreach (ushort algorithm in algorithms)
            specification.AddRange([(byte)algorithm, (byte)(algorithm >> 8), (byte)(algorithm == 0x000C ? 48 : 32), 0]);
        specification.Add(0);
        List<byte> bytes = [.. Number(1), .. Number(3), .. new byte[20], .. Number((uint)specification.Count), .. specification];
        foreach (MeasuredEvent e in events)
        {
            bytes.AddRange([.. Number((uint)e.Register + 1), .. Number(e.Type), .. Number((uint)algorithms.Length)]);
            foreach (ushort algorithm in algorithms)
                bytes.AddRange([(byte)algorithm, (byte)(algorithm >> 8), .. algorithm == 0x000C ? e.Digest.ToArray() : new byte[32]]);
            bytes.AddRange([.. Number((uint)e.Payload.Length), .. e.Payload.ToArray()]);
        }
        return [.. bytes, .. Enumerable.Repeat((byte)0xFF, 64)];
    }

    public static byte[] Number(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Counted(byte[] bytes) => [.. Compact(bytes.Length), .. bytes];

    private static byte[] Compact(int value) => value < 64 ? [(byte)(value << 2)] : [(byte)((value << 2) | 1), (byte)(value >> 6)];
}
