using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>The contract that judges evidence: any IQuoteVerifier. All its functions are reads; nothing is ever sent to it.</summary>
public sealed class QuoteVerifierContract(EthereumClient client, Address address) : Contract(client, address, "IQuoteVerifier")
{
    /// <summary>Why it refuses evidence for this report data at an earlier second, in words; null if it accepts.</summary>
    /// <param name="reportData">64 bytes.</param>
    /// <param name="time">Unix seconds, not after the block.</param>
    public async Task<string?> FindFaultAsync(
        TdxEvidence evidence, ReadOnlyMemory<byte> reportData, ulong time, BlockTag block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        RequireReportData(reportData);
        object[] arguments =
            [evidence.Encode(), new Bytes32(reportData.Span[..Bytes32.Size]), new Bytes32(reportData.Span[Bytes32.Size..]), time];
        try
        {
            await CallAsync("verifyAt", arguments, block, cancellationToken);
            return null;
        }
        catch (ContractRevertException refused)
        {
            return ContractError.Describe(refused.RevertData);
        }
    }

    /// <summary>Judges evidence for this report data now, as a registration would.</summary>
    /// <param name="evidence">Quote and certificates.</param>
    /// <param name="reportData">64 bytes.</param>
    /// <returns>Unix seconds at which what it was judged by runs out; a fault in words, and 0, if it refuses.</returns>
    public async Task<(ulong ExpiresAt, string? Fault)> VerifyAsync(
        TdxEvidence evidence, ReadOnlyMemory<byte> reportData, BlockTag block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        RequireReportData(reportData);
        object[] arguments = [evidence.Encode(), new Bytes32(reportData.Span[..Bytes32.Size]), new Bytes32(reportData.Span[Bytes32.Size..])];
        try
        {
            object[] claims = await CallAsync<object[]>("verify", arguments, block, cancellationToken);
            return ((ulong)claims[0], null);
        }
        catch (ContractRevertException refused)
        {
            return (0, ContractError.Describe(refused.RevertData));
        }
    }

    /// <summary>Whether what it accepts may come from simulated hardware.</summary>
    public Task<bool> IsSimulatedAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<bool>("simulated", [], block, cancellationToken);

    private static void RequireReportData(ReadOnlyMemory<byte> reportData)
    {
        if (reportData.Length != 2 * Bytes32.Size)
            throw new ArgumentException($"Report data has {2 * Bytes32.Size} bytes, got {reportData.Length}.", nameof(reportData));
    }
}
