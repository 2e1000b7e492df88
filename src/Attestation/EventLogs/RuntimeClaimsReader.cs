using System.Text.Json;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// Reads the boot's events of a log. Names decide what an event means, so a boot name may occur once, before <c>system-ready</c> and nowhere
/// after it; the boot must have ended.
/// </summary>
internal static class RuntimeClaimsReader
{
    private const string Ready = "system-ready";
    private const string AppId = "app-id";
    private const string ComposeHash = "compose-hash";
    private const string InstanceId = "instance-id";
    private const string Provider = "key-provider";
    private const int IdSize = 20;
    private const int HashSize = 32;
    private const int MostProviderBytes = 4096;

    /// <summary>The names that dstack's boot uses, and that no application may use after it.</summary>
    private static readonly HashSet<string> s_bootNames = new(StringComparer.Ordinal)
    {
        "system-preparing", AppId, ComposeHash, InstanceId, "boot-mr-done", "os-image-hash", Provider, "storage-fs", Ready,
        "init-script-hash", "gpu-policy-hash", "gpu-attestation",
    };

    /// <summary>The one boot name that is measured once for each script.</summary>
    private const string InitScriptHash = "init-script-hash";

    /// <summary>Index of the <c>system-ready</c> event among a log's runtime events; their count where there is none.</summary>
    public static int BootEvents(IReadOnlyList<MeasuredEvent> runtime)
    {
        for (int i = 0; i < runtime.Count; i++)
        {
            if (runtime[i].Name == Ready)
                return i;
        }
        return runtime.Count;
    }

    /// <returns>Null where the log has no runtime events at all: not a dstack machine, or only its firmware's log.</returns>
    /// <exception cref="MalformedEventLogException">Stage <see cref="EventLogStage.Names"/>.</exception>
    public static RuntimeClaims? Read(IReadOnlyList<MeasuredEvent> events)
    {
        List<MeasuredEvent> runtime = [.. events.Where(measured => measured.IsRuntime)];
        if (runtime.Count == 0)
            return null;
        int ready = BootEvents(runtime);
        Require(ready < runtime.Count, $"{Ready} is absent: the boot had not ended");
        Dictionary<string, ReadOnlyMemory<byte>> boot = new(StringComparer.Ordinal);
        foreach (MeasuredEvent measured in runtime.Take(ready + 1))
            Require(boot.TryAdd(measured.Name, measured.Payload) || measured.Name == InitScriptHash, $"{measured.Name} is there twice before {Ready}");
        foreach (MeasuredEvent measured in runtime.Skip(ready + 1))
            Require(!s_bootNames.Contains(measured.Name), $"{measured.Name} is there after {Ready}");
        return new RuntimeClaims
        {
            AppId = Payload(boot, AppId, IdSize),
            ComposeHash = Payload(boot, ComposeHash, HashSize),
            InstanceId = boot.GetValueOrDefault(InstanceId).IsEmpty ? default : Payload(boot, InstanceId, IdSize),
            KeyProvider = ReadProvider(Payload(boot, Provider, size: null)),
        };
    }

    private static ReadOnlyMemory<byte> Payload(Dictionary<string, ReadOnlyMemory<byte>> boot, string name, int? size)
    {
        Require(boot.TryGetValue(name, out ReadOnlyMemory<byte> payload), $"{name} is absent before {Ready}");
        Require(size is null || payload.Length == size, $"{name} has {payload.Length} bytes, not {size}");
        return payload;
    }

    private static KeyProvider ReadProvider(ReadOnlyMemory<byte> json)
    {
        try
        {
            Require(json.Length <= MostProviderBytes, $"{Provider} has {json.Length} bytes, at most {MostProviderBytes}");
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            string name = document.RootElement.GetProperty("name").GetString() ?? "";
            string id = document.RootElement.GetProperty("id").GetString() ?? "";
            return new KeyProvider(name, Convert.FromHexString(id));
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new MalformedEventLogException(EventLogStage.Names, $"{Provider} is no JSON object with name and id");
        }
    }

    private static void Require(bool condition, string cause) => MalformedEventLogException.Require(condition, EventLogStage.Names, cause);
}
