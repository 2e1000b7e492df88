using System.Buffers.Binary;
using System.Text;

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>Good event logs of each form, and an app-compose file; small, so that a change hits something that matters.</summary>
internal static class EventLogSamples
{
    private const uint RuntimeType = 0x0800_0001;

    private static readonly string s_events = $$"""
        [{"imr":0,"event_type":2147483659,"digest":"{{new string('1', 96)}}","event":"","event_payload":"0954"},
        {"imr":3,"event_type":134217729,"digest":"","event":"app-id","event_payload":"{{new string('2', 40)}}"},
        {"imr":3,"event_type":134217729,"digest":"","event":"compose-hash","event_payload":"{{new string('3', 64)}}"},
        {"imr":3,"event_type":134217729,"digest":"","event":"key-provider","event_payload":"7b226e616d65223a226e6f6e65222c226964223a22227d"},
        {"imr":3,"event_type":134217729,"digest":"","event":"system-ready","event_payload":""},
        {"imr":3,"event_type":134217729,"digest":"","event":"x","event_payload":"ab","version":2,"preimage":"{\"name\":\"x\",\"payload\":\"ab\",\"type\":134217729}"}]
        """;

    public static IReadOnlyList<byte[]> Json { get; } =
    [
        Encoding.UTF8.GetBytes(s_events),
        Encoding.UTF8.GetBytes($$"""{"quote":"04000200","event_log":"{{s_events.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", " ")}}","vm_config":"{}"}"""),
        Encoding.UTF8.GetBytes($$"""{"attestation":"{{Convert.ToHexStringLower(MakeAttestation())}}"}"""),
    ];

    public static IReadOnlyList<byte[]> Ccel { get; } = [MakeCcel()];

    public static IReadOnlyList<byte[]> Attestation { get; } = [MakeAttestation()];

    public static IReadOnlyList<byte[]> Compose { get; } =
    [
        Encoding.UTF8.GetBytes($$"""{"docker_compose_file":"services:\n  a:\n    image: x@sha256:{{new string('a', 64)}}\n    entrypoint: |\n      run\n    command: [\"a\", 'b']\n  'b':\n    image: \"y\" # z\n","init_script":"x","pre_launch_script":""}"""),
    ];

    public static IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", "\"", "\\u", "\\ud800", "null", "1e999", "-1", "4294967296", "\"imr\":3", "\"version\":2", "\"preimage\":\"", "\"event\":\"system-ready\"",
            "\\n", "  image: y\\n", "- ", "image:", "|", "&a ", "*a", "<<: ", "? ", "#", "\\t", "\\u2028", "services:\\n", "{a: b}", "'", "\\\"",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public static IReadOnlyList<byte[]> BinaryTokens { get; } =
        [[0, 0], [3, 0, 0, 0], [0x0C, 0], [0x0B, 0], [0xFF, 0xFF, 0xFF, 0xFF], [1, 0, 0, 8], [2, 0, 1, 0], [0xFE, 0xFF, 0xFF, 0xFF], [4, 0, 0, 0], "Spec ID Event03\0"u8.ToArray(), [0xFC], [3]];

    private static byte[] MakeCcel()
    {
        byte[] header = [.. "Spec ID Event03\0"u8, 0, 0, 0, 0, 0, 2, 0, 2, .. Number(1), 0x0C, 0, 48, 0, 0];
        List<byte> table = [.. Number(1), .. Number(3), .. new byte[20], .. Number((uint)header.Length), .. header];
        for (uint register = 1; register <= 4; register++)
            table.AddRange([.. Number(register), .. Number(8), .. Number(1), 0x0C, 0, .. new byte[48], .. Number(3), 1, 2, 3]);
        return [.. table, .. Enumerable.Repeat((byte)0xFF, 32)];
    }

    private static byte[] MakeAttestation()
    {
        List<byte> bytes = [0, 0, 4 << 2, 4, 0, 2, 0, 2 << 2];
        bytes.AddRange([.. Number(0), .. Number(10), 48 << 2, .. new byte[48], 0, 1 << 2, 7]);
        bytes.AddRange([.. Number(3), .. Number(RuntimeType), 0, 12 << 2, .. "system-ready"u8, 0]);
        return [.. bytes];
    }

    private static byte[] Number(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
