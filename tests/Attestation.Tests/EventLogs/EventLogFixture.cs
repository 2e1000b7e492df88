using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Tests.EventLogs;

/// <summary>A dstack machine made up for tests: its log as JSON that a test may change, and the report that the unchanged log leads to.</summary>
internal sealed class EventLogFixture
{
    public static readonly byte[] Compose = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        manifest_version = 2,
        name = "teetee",
        runner = "docker-compose",
        docker_compose_file = $"services:\n  shard:\n    image: example/teetee@sha256:{new string('a', 64)}\n",
    }));

    public static readonly byte[] ComposeHash = System.Security.Cryptography.SHA256.HashData(Compose);

    public static readonly string ProviderJson = """{"name":"kms","id":"0a0b"}""";

    public JsonArray Events { get; } = [];

    public static EventLogFixture Ordinary()
    {
        EventLogFixture log = new();
        for (int register = 0; register < 3; register++)
        {
            for (int i = 0; i < 3; i++)
                log.Firmware(register, (byte)((register * 16) + i));
        }
        log.Runtime("system-preparing", []);
        log.Runtime("app-id", ComposeHash[..20]);
        log.Runtime("compose-hash", ComposeHash);
        log.Runtime("instance-id", [.. Enumerable.Repeat((byte)7, 20)]);
        log.Runtime("boot-mr-done", []);
        log.Runtime("key-provider", Encoding.UTF8.GetBytes(ProviderJson));
        log.Runtime("system-ready", []);
        log.Runtime("application", "anything"u8.ToArray());
        return log;
    }

    public void Firmware(int register, byte digest) => Events.Add(new JsonObject
    {
        ["imr"] = register,
        ["event_type"] = 0x8000_0008,
        ["digest"] = Convert.ToHexStringLower([.. Enumerable.Repeat(digest, 48)]),
        ["event"] = "",
        ["event_payload"] = "",
    });

    public void Runtime(string name, byte[] payload) => Events.Add(RuntimeEvent(name, payload));

    /// <summary>A version 1 event with its right digest.</summary>
    public static JsonObject RuntimeEvent(string name, byte[] payload) => new()
    {
        ["imr"] = 3,
        ["event_type"] = MeasuredEvent.RuntimeType,
        ["digest"] = Convert.ToHexStringLower(RuntimeDigest.Version1(Encoding.UTF8.GetBytes(name), payload)),
        ["event"] = name,
        ["event_payload"] = Convert.ToHexStringLower(payload),
    };

    /// <summary>A version 2 event with digest and canonical preimage.</summary>
    public static JsonObject RuntimeEvent2(string name, byte[] payload)
    {
        JsonObject made = RuntimeEvent(name, payload);
        made["digest"] = Convert.ToHexStringLower(RuntimeDigest.Version2(name, payload));
        made["version"] = 2;
        made["preimage"] = Convert.ToHexStringLower(RuntimeDigest.Preimage(name, payload));
        return made;
    }

    /// <summary>The first event of a name.</summary>
    public JsonObject Find(string name) => Events.Select(e => e!.AsObject()).First(e => e["event"]!.GetValue<string>() == name);

    /// <summary>Takes an event out and puts it elsewhere.</summary>
    public void Move(JsonObject moved, int index)
    {
        Events.Remove(moved);
        Events.Insert(index, moved);
    }

    public byte[] ToJson() => Encoding.UTF8.GetBytes(Events.ToJsonString());

    public EventLog Read() => Read(ToJson());

    public static EventLog Read(byte[] bytes)
    {
        bool read = EventLog.TryRead(bytes, out EventLog? log, out EventLogError? error);
        Assert.True(read, error?.ToString());
        return log!;
    }

    /// <summary>The report that this log, as it is now, leads to.</summary>
    public TdReport Report(byte[]? configId = null) => Report(RegisterReplay.Compute(Read().Events), configId);

    public static TdReport Report(IReadOnlyList<ReadOnlyMemory<byte>> registers, byte[]? configId = null)
    {
        byte[] body = new byte[QuoteLayout.TdReport10Size];
        configId?.CopyTo(body, 184);
        for (int i = 0; i < 4; i++)
            registers[i].CopyTo(body.AsMemory(328 + (48 * i)));
        return new TdReport(QuoteBodyType.TdReport10, body);
    }
}
