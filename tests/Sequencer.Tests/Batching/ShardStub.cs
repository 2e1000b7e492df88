using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Sequencer.Batching;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Batching;

/// <summary>The receipts of one slot, sealed by epochs under real simulated quotes, with hooks for planting faults.</summary>
internal sealed class ShardStub(ChainWorld world, int position) : IEpochSource
{
    private readonly SortedDictionary<ulong, HashSet<Bytes32>> _epochs = [];

    public string Name => $"shard {position}";

    /// <summary>Whether epochs are sealed: nothing is served before.</summary>
    public bool IsSealed { get; set; } = true;

    /// <summary>Most epochs of one reply.</summary>
    public int PageSize { get; set; } = int.MaxValue;

    public int Calls { get; private set; }

    /// <summary>Changes the record before its quote is made.</summary>
    public Func<QuoteRecord, QuoteRecord> Record { get; set; } = record => record;

    /// <summary>Changes the report data.</summary>
    public Func<byte[], byte[]> Report { get; set; } = data => data;

    /// <summary>Changes the quote.</summary>
    public Func<byte[], byte[]> Quote { get; set; } = quote => quote;

    /// <summary>Changes the message.</summary>
    public Action<EpochRecord> Wire { get; set; } = _ => { };

    public void Add(ulong epoch, Bytes32 digest)
    {
        if (!_epochs.TryGetValue(epoch, out HashSet<Bytes32>? digests))
            _epochs[epoch] = digests = [];
        digests.Add(digest);
    }

    public async Task<GetEpochsReply> GetEpochsAsync(GetEpochsRequest request, CancellationToken cancellationToken)
    {
        Calls++;
        GetEpochsReply reply = new();
        if (!IsSealed)
            return reply;
        foreach ((ulong epoch, HashSet<Bytes32> digests) in _epochs.Where(e => e.Key >= request.FromEpoch).Take(Math.Min((int)request.Limit, PageSize)))
            reply.Epochs.Add(await SealAsync(epoch, digests, cancellationToken));
        return reply;
    }

    private async Task<EpochRecord> SealAsync(ulong epoch, HashSet<Bytes32> digests, CancellationToken cancellationToken)
    {
        Slot slot = world.Slots[position];
        ExecutionTree tree = new(digests);
        QuoteRecord record = Record(new QuoteRecord(
            slot.ModelId, slot.SlotId, slot.Operator, epoch, tree.Root, world.Enclaves[position].Address, world.EncryptionKeys[position], Bytes32.Zero));
        byte[] quote = Quote(await world.Quotes.GetQuoteAsync(Report(ReportData.ForEpoch(world.Domain, record)), cancellationToken));
        QuoteItem item = new(record with { QuoteHash = Keccak256.Hash(quote) }, quote);
        EpochRecord wire = new SealedEpoch(item, tree.Digests, TeeType.SimulatedTdx).ToWire();
        Wire(wire);
        return wire;
    }
}
