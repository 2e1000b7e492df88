using System.Security.Cryptography;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.EventLogs;

/// <summary>The four runtime measurement registers that a log leads to: each starts at zero and becomes SHA-384 of itself and the event's digest.</summary>
internal static class RegisterReplay
{
    public const int Registers = 4;

    public static IReadOnlyList<ReadOnlyMemory<byte>> Compute(IReadOnlyList<MeasuredEvent> events)
    {
        byte[][] registers = [.. Enumerable.Range(0, Registers).Select(_ => new byte[QuoteLayout.MeasurementSize])];
        Span<byte> extended = stackalloc byte[QuoteLayout.MeasurementSize + RuntimeDigest.Size];
        foreach (MeasuredEvent measured in events)
        {
            registers[measured.Register].CopyTo(extended);
            measured.Digest.Span.CopyTo(extended[QuoteLayout.MeasurementSize..]);
            SHA384.HashData(extended, registers[measured.Register]);
        }
        return [.. registers.Select(register => (ReadOnlyMemory<byte>)register)];
    }

    /// <summary>The register of a report that a replayed one must equal.</summary>
    public static ReadOnlyMemory<byte> Of(TdReport report, int register) => report.Measurement(TdMeasurement.Rtmr0 + register);
}
