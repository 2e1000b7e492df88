using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Disputes;
using TeeTee.Sequencer.Posting;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Batching;

/// <summary>
/// Fetches the sealed epochs that unposted answers lack and stores those whose quotes hold. A refused quote is logged and counted once
/// and not stored: what it should cover stays unposted. Only epochs that are over are taken, whatever a shard's clock says.
/// </summary>
internal sealed class EpochCollector(
    BatchingOptions options, IEnumerable<IEpochSource> sources, ChainConnection chain, EpochStore epochs, CollateralStore collaterals, QuoteJudge judge,
    ContractQuoteJudge contract, BatchingMetrics metrics, Readiness readiness, ILogger<EpochCollector> log)
    : PollingService("epochs", options, readiness, metrics, log)
{
    private const uint PageLimit = 64;
    private const int MostRefusals = 4_096;

    // A lagging node may not know a key yet, and a clock be set: what is refused is judged again, but not round after round.
    private static readonly TimeSpan s_secondLook = TimeSpan.FromSeconds(30);

    private readonly BatchingMetrics _metrics = metrics;
    private readonly BatchingOptions _options = options;
    private readonly Dictionary<Bytes32, long> _refused = [];

    /// <inheritdoc/>
    internal override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        HashSet<EpochKey> missing = [.. epochs.Missing()];
        foreach (IEpochSource source in sources)
        {
            if (missing.Count == 0)
                break;
            try
            {
                await CollectAsync(source, missing, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is GrpcException or WireFormatException)
            {
                BatchingLog.SourceFailed(Log, source.Name, fault.Message);
                _metrics.CountFault("shard");
            }
        }

        return false;
    }

    private async Task CollectAsync(IEpochSource source, HashSet<EpochKey> missing, CancellationToken cancellationToken)
    {
        // Each page begins at an epoch that is missing: one that never comes costs one page and hides none behind it.
        ulong? from = missing.Min(m => m.Epoch);
        while (from is { } first)
        {
            GetEpochsReply reply = await source.GetEpochsAsync(new GetEpochsRequest { FromEpoch = first, Limit = PageLimit }, cancellationToken)
                .ConfigureAwait(false);
            foreach (EpochRecord record in reply.Epochs)
                await TakeAsync(source, record, missing, cancellationToken).ConfigureAwait(false);
            ulong last = reply.Epochs.Count == 0 ? 0 : reply.Epochs.Max(e => e.Epoch);
            if (last < first)
                return;
            from = missing.Where(m => m.Epoch > last).Min(m => (ulong?)m.Epoch);
        }
    }

    private async Task TakeAsync(IEpochSource source, EpochRecord record, HashSet<EpochKey> missing, CancellationToken cancellationToken)
    {
        Bytes32 identity = Keccak256.Hash(record.ToByteArray());
        if (IsRefused(identity) || TryRead(source, record, identity) is not { } epoch)
            return;
        QuoteRecord about = epoch.Quote.Record;
        EpochKey key = new(about.Slot, about.Operator, about.Epoch);
        if (!missing.Contains(key) || !await IsOverAsync(about.Epoch, cancellationToken).ConfigureAwait(false))
            return;
        string teeType = TypeOf(epoch.TeeType);
        RegisteredSlot? slot = await chain.Registry.GetSlotAsync(about.Slot, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        var keys = await chain.Registry.GetKeysAsync(about.Slot, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = _options.Clock.GetUtcNow();
        string? fault = judge.FindFault(epoch.Quote, teeType, slot?.Slot, keys, now, out QuoteCollateral? collateral)
            ?? await contract.FindFaultAsync(epoch.Quote, cancellationToken).ConfigureAwait(false);
        if (fault is not null)
        {
            Refuse(identity, about, fault);
            return;
        }

        epochs.Save(epoch.Quote, epoch.ReceiptDigests, teeType, collaterals.Keep(collateral!), now);
        missing.Remove(key);
        _metrics.CountEpoch();
        BatchingLog.EpochStored(Log, about.Slot, about.Epoch, epoch.ReceiptDigests.Length, teeType);
    }

    // A host sets its shard's clock, and until an epoch is over it can still end the key for it: what was posted early could then be
    // challenged and not be defended. What comes early is no fault and is asked for again.
    private async Task<bool> IsOverAsync(ulong epoch, CancellationToken cancellationToken)
    {
        RollupParameters parameters = await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        if (epoch < (ulong)_options.Clock.GetUtcNow().ToUnixTimeSeconds() / parameters.EpochSeconds)
            return true;
        BlockHeader head = await chain.GetHeadAsync(cancellationToken).ConfigureAwait(false);
        return epoch < head.Timestamp / parameters.EpochSeconds;
    }

    private SealedEpoch? TryRead(IEpochSource source, EpochRecord record, Bytes32 identity)
    {
        try
        {
            return SealedEpoch.Read(record);
        }
        catch (WireFormatException fault)
        {
            if (Remember(identity))
                BatchingLog.SourceFailed(Log, source.Name, fault.Message);
            return null;
        }
    }

    private void Refuse(Bytes32 identity, QuoteRecord about, string fault)
    {
        if (Remember(identity))
            BatchingLog.QuoteRefused(Log, about.Slot, about.Epoch, fault);
    }

    private bool IsRefused(Bytes32 identity) =>
        _refused.TryGetValue(identity, out long at) && _options.Clock.GetElapsedTime(at) < s_secondLook;

    // True the first time.
    private bool Remember(Bytes32 identity)
    {
        bool isNew = !_refused.ContainsKey(identity);
        if (isNew && _refused.Count >= MostRefusals)
            _refused.Clear();
        _refused[identity] = _options.Clock.GetTimestamp();
        if (isNew)
            _metrics.CountBadQuote();
        return isNew;
    }

    private static string TypeOf(TeeType type) => type switch
    {
        TeeType.Tdx => QuoteJudge.Hardware,
        TeeType.SimulatedTdx => QuoteJudge.Simulated,
        _ => "unspecified",
    };
}
