using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Writes signed JSON in Intel's form: one line, upper-case hex, dates to the second.</summary>
internal static class SimulatedJson
{
    /// <summary>Rises with every TCB recovery at Intel; fixed here, at the value of late 2026.</summary>
    public const int EvaluationDataNumber = 20;

    public static string Write(Action<Utf8JsonWriter> writeMembers)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void WriteHead(Utf8JsonWriter writer, string id, int version, SimulatedCollateralShape shape)
    {
        writer.WriteString("id", id);
        writer.WriteNumber("version", version);
        writer.WriteString("issueDate", Date(shape.IssuedAt));
        writer.WriteString("nextUpdate", Date(shape.IssuedAt + shape.Lifetime));
    }

    public static void WriteHex(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> bytes) =>
        writer.WriteString(name, Convert.ToHexString(bytes));

    /// <summary>The levels of an enclave or module: up to date, out of date, revoked.</summary>
    public static void WriteLevels(Utf8JsonWriter writer, int upToDate, int outOfDate, int revoked)
    {
        writer.WriteStartArray("tcbLevels");
        WriteLevel(writer, upToDate, "2026-05-13T00:00:00Z", "UpToDate");
        WriteLevel(writer, outOfDate, "2025-05-14T00:00:00Z", "OutOfDate", "INTEL-SA-90011");
        WriteLevel(writer, revoked, "2023-08-09T00:00:00Z", "Revoked", "INTEL-SA-90011", "INTEL-SA-90012");
        writer.WriteEndArray();
    }

    public static void WriteOutcome(Utf8JsonWriter writer, string date, string status, params ReadOnlySpan<string> advisories)
    {
        writer.WriteString("tcbDate", date);
        writer.WriteString("tcbStatus", status);
        if (advisories.IsEmpty)
            return;
        writer.WriteStartArray("advisoryIDs");
        foreach (string advisory in advisories)
            writer.WriteStringValue(advisory);
        writer.WriteEndArray();
    }

    private static void WriteLevel(Utf8JsonWriter writer, int isvSvn, string date, string status, params ReadOnlySpan<string> advisories)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("tcb");
        writer.WriteNumber("isvsvn", isvSvn);
        writer.WriteEndObject();
        WriteOutcome(writer, date, status, advisories);
        writer.WriteEndObject();
    }

    private static string Date(DateTimeOffset date) =>
        date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
