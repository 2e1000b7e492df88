using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using TeeTee.Cli.Devnet;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Bench;

/// <summary>Waits until everything is settled and compares what chain, batch data, sequencer and verifier say about it.</summary>
internal sealed class CrashAudit(Devnet.Devnet network, HttpJobClient jobs, HttpClient http, EthereumClient chain)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>What was posted, in the order of the chain.</summary>
    public async Task<IReadOnlyList<BatchPosted>> ReadPostedAsync(CancellationToken cancellationToken)
    {
        ulong head = await chain.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        LogFilter filter = new()
        {
            FromBlock = network.Deployment.DeployedAtBlock,
            ToBlock = head,
            Addresses = [network.Deployment.Rollup],
            Topics = [[BatchPosted.Topic]],
        };
        IReadOnlyList<LogEntry> logs = await chain.GetLogsAsync(filter, cancellationToken).ConfigureAwait(false);
        return [.. logs.Select(log => BatchPosted.TryDecode(log, out BatchPosted? posted) ? posted : throw new InvalidDataException("A log of another event."))];
    }

    /// <summary>Returns once all answers are final and paid, every batch is judged, and the killed services run again.</summary>
    public async Task WaitUntilSettledAsync(IReadOnlyList<CrashAnswer> answers, CancellationToken cancellationToken)
    {
        foreach (CrashAnswer answer in answers)
            await UntilAsync(async () => (await jobs.GetReceiptAsync(answer.JobId, cancellationToken).ConfigureAwait(false))?.GetProperty("status").GetString() == "final", cancellationToken).ConfigureAwait(false);
        UInt128 charged = Sum(answers.Select(a => a.Fee));
        await UntilAsync(async () => await PaidAsync(cancellationToken).ConfigureAwait(false) >= charged, cancellationToken).ConfigureAwait(false);
        foreach (BatchPosted batch in await ReadPostedAsync(cancellationToken).ConfigureAwait(false))
            await UntilAsync(async () => await VerdictAsync(batch.Index, cancellationToken).ConfigureAwait(false) is "valid" or "invalid", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Everything that is not as it would be without the crash.</summary>
    public async Task<IReadOnlyList<string>> FindFaultsAsync(IReadOnlyList<CrashAnswer> answers, IReadOnlyList<BatchPosted> posted, CancellationToken cancellationToken)
    {
        List<string> faults = [.. answers.Where(a => a.Fault is not null).Select(a => a.Fault!), .. CrashFaults.OfIndices([.. posted.Select(p => p.Index)])];
        List<QueryReceipt> leaves = [];
        foreach (BatchPosted batch in posted)
        {
            leaves.AddRange(await ReadLeavesAsync(batch, cancellationToken).ConfigureAwait(false));
            string? verdict = await VerdictAsync(batch.Index, cancellationToken).ConfigureAwait(false);
            if (verdict != "valid")
                faults.Add($"the verifier says {verdict} of batch {batch.Index}");
        }
        faults.AddRange(CrashFaults.OfLeaves(answers, leaves));
        AccountInfo account = await jobs.GetAccountAsync(network.Keys.User.Address, cancellationToken).ConfigureAwait(false);
        UInt128 paid = await PaidAsync(cancellationToken).ConfigureAwait(false);
        faults.AddRange(CrashFaults.OfMoney(Sum(answers.Select(a => a.Fee)), account.Spent, account.Held, paid));
        return faults;
    }

    // From the bytes behind the posted root, not from what the sequencer says of its jobs.
    private async Task<IEnumerable<QueryReceipt>> ReadLeavesAsync(BatchPosted batch, CancellationToken cancellationToken)
    {
        JsonElement info = await http.GetFromJsonAsync<JsonElement>(At(network.Sequencer, $"v1/batches/{batch.Index}"), cancellationToken).ConfigureAwait(false);
        if (info.GetProperty("hash").GetString() != batch.BatchHash.ToString())
            throw new InvalidDataException($"The sequencer has another batch {batch.Index} than the chain.");
        List<QueryReceipt> leaves = [];
        foreach (var item in info.GetProperty("chunks").EnumerateArray().Where(c => c.GetProperty("kind").GetByte() == (byte)DataKind.QueryReceipt)
            .GroupBy(c => c.GetProperty("leaf").GetUInt32()))
        {
            using MemoryStream bytes = new();
            foreach (JsonElement chunk in item.OrderBy(c => c.GetProperty("number").GetUInt32()))
                bytes.Write(await http.GetByteArrayAsync(new Uri(network.Sequencer, $"v1/data/{chunk.GetProperty("hash").GetString()}"), cancellationToken).ConfigureAwait(false));
            leaves.Add(MessageCodec.TryDecode(bytes.ToArray(), out QueryReceipt? leaf) ? leaf : throw new InvalidDataException($"Leaf {item.Key} of batch {batch.Index} is no query receipt."));
        }
        return (uint)leaves.Count == batch.Header.Count
            ? leaves
            : throw new InvalidDataException($"Batch {batch.Index} has {leaves.Count} leaves; its header counts {batch.Header.Count}.");
    }

    private async Task<UInt128> PaidAsync(CancellationToken cancellationToken) =>
        Sum((await new Claims(chain, network.Deployment, network.Keys.Sequencer.Address).ReadAsync(cancellationToken).ConfigureAwait(false)).Select(p => p.Wei));

    private async Task<string?> VerdictAsync(ulong index, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await http.GetAsync(At(network.Verifier, $"v1/verdicts/{index}"), cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            return null;
        JsonElement verdict = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken).ConfigureAwait(false);
        return verdict.GetProperty("verdict").GetString()!.ToLowerInvariant();
    }

    private static Uri At(Uri service, FormattableString path) => new(service, path.ToString(CultureInfo.InvariantCulture));

    private static UInt128 Sum(IEnumerable<UInt128> amounts) => amounts.Aggregate(UInt128.Zero, (sum, wei) => sum + wei);

    private static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await holds().ConfigureAwait(false))
                    return;
            }
            catch (Exception fault) when (fault is JobApiException { Status: null } or HttpRequestException or RpcTransportException)
            {
                // The killed service is not back yet.
            }
            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
