using System.Text.Json;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>
/// Writes the TCB info of a simulated platform family: three levels, of which the ordinary machine reaches the highest, and the TDX modules
/// 1.x and 3.x.
/// </summary>
internal static class SimulatedTcbInfo
{
    private const int ComponentCount = 16;

    public static string Write(SimulatedCollateralShape shape) => SimulatedJson.Write(writer =>
    {
        SimulatedJson.WriteHead(writer, shape.Tdx ? "TDX" : "SGX", 3, shape);
        SimulatedJson.WriteHex(writer, "fmspc", shape.Platform.Fmspc.Span);
        SimulatedJson.WriteHex(writer, "pceId", shape.Platform.PceId.Span);
        writer.WriteNumber("tcbType", 0);
        writer.WriteNumber("tcbEvaluationDataNumber", SimulatedJson.EvaluationDataNumber);
        if (shape.Tdx)
            WriteModules(writer);
        writer.WriteStartArray("tcbLevels");
        WriteLevel(writer, shape.Tdx, new SimulatedPlatform().TcbComponents.Span, 13, [5, 0, 4], "2026-05-13T00:00:00Z", "UpToDate");
        WriteLevel(writer, shape.Tdx, [2, 2, 2, 2, 3, 1, 0, 5], 11, [5, 0, 2], "2025-05-14T00:00:00Z", "OutOfDate", "INTEL-SA-90001");
        WriteLevel(writer, shape.Tdx, [1, 1, 2, 2, 2, 1, 0, 2], 5, [3, 0, 1], "2023-08-09T00:00:00Z", "Revoked", "INTEL-SA-90001", "INTEL-SA-90002");
        writer.WriteEndArray();
    });

    private static void WriteModules(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("tdxModule");
        WriteSigner(writer);
        writer.WriteEndObject();
        writer.WriteStartArray("tdxModuleIdentities");
        foreach (string id in (string[])["TDX_03", "TDX_01"])
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            WriteSigner(writer);
            SimulatedJson.WriteLevels(writer, upToDate: 6, outOfDate: 4, revoked: 2);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteSigner(Utf8JsonWriter writer)
    {
        SimulatedJson.WriteHex(writer, "mrsigner", new byte[48]);
        SimulatedJson.WriteHex(writer, "attributes", new byte[8]);
        writer.WriteString("attributesMask", "FFFFFFFFFFFFFFFF");
    }

    private static void WriteLevel(
        Utf8JsonWriter writer, bool tdx, ReadOnlySpan<byte> sgx, int pceSvn, ReadOnlySpan<byte> tdxComponents, string date, string status, params ReadOnlySpan<string> advisories)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("tcb");
        WriteComponents(writer, "sgxtcbcomponents", sgx);
        writer.WriteNumber("pcesvn", pceSvn);
        if (tdx)
            WriteComponents(writer, "tdxtcbcomponents", tdxComponents);
        writer.WriteEndObject();
        SimulatedJson.WriteOutcome(writer, date, status, advisories);
        writer.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> components)
    {
        writer.WriteStartArray(name);
        for (int i = 0; i < ComponentCount; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("svn", i < components.Length ? components[i] : 0);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
