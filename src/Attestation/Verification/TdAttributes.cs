using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// TD_ATTRIBUTES (Intel TDX module specification): only values on the policy's list pass, whole; the names of the bits serve the cause.
/// </summary>
internal static class TdAttributes
{
    private const ulong Debug = 1ul << 0;
    private const ulong DebugReserved = 0xFEul;
    private const ulong SecurityReserved = (0xF_FFFFul << 8) | (1ul << 29);
    private const ulong SeptVeDisable = QuotePolicy.SeptVeDisable;
    private const ulong ProtectionKeys = 1ul << 30;
    private const ulong KeyLocker = 1ul << 31;
    private const ulong OtherReserved = 0x7FFF_FFFFul << 32;
    private const ulong PerformanceMonitoring = 1ul << 63;

    public static QuoteError? FindFault(TdReport report, QuotePolicy policy)
    {
        ulong attributes = report.TdAttributes;
        if ((attributes & Debug) != 0)
            return new QuoteError(QuoteStage.Attributes, $"TD attributes 0x{attributes:x16}: DEBUG is set");
        if (!policy.AllowedTdAttributes.Contains(attributes))
            return new QuoteError(QuoteStage.Attributes, $"TD attributes 0x{attributes:x16} are not allowed: {Describe(attributes)}");
        if (policy.AllowServiceTd)
            return null;
        return FindServiceTd("MR_SERVICE_TD", report.MrServiceTd)
            ?? FindServiceTd("the hash of the initial service TD", report.InitialServiceTdHash)
            ?? FindServiceTd("the hash of the current service TD", report.CurrentServiceTdHash);
    }

    // A service TD (migration) could carry the TD's state elsewhere.
    private static QuoteError? FindServiceTd(string name, ReadOnlyMemory<byte> value) => value.Span.ContainsAnyExcept((byte)0)
        ? new QuoteError(QuoteStage.Attributes, $"{name} {Convert.ToHexStringLower(value.Span)} is not zero")
        : null;

    private static string Describe(ulong attributes)
    {
        List<string> found = [];
        AddIf(found, attributes & DebugReserved, "reserved bits 1-7 are set");
        AddIf(found, attributes & SecurityReserved, "reserved bits 8-27 or 29 are set");
        AddIf(found, ~attributes & SeptVeDisable, "SEPT_VE_DISABLE is clear");
        AddIf(found, attributes & ProtectionKeys, "PKS is set");
        AddIf(found, attributes & KeyLocker, "KL is set");
        AddIf(found, attributes & OtherReserved, "reserved bits 32-62 are set");
        AddIf(found, attributes & PerformanceMonitoring, "PERFMON is set");
        return found.Count == 0 ? "not on the policy's list" : string.Join(", ", found);
    }

    private static void AddIf(List<string> found, ulong bits, string name)
    {
        if (bits != 0)
            found.Add(name);
    }
}
