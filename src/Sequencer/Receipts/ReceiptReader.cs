using System.Buffers.Binary;
using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Gateway.Attestation;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Receipts;

/// <summary>Puts receipts together from what is stored.</summary>
internal sealed class ReceiptReader(SqliteDatabase database, BatchStore batches, EpochStore epochs, StateStore states)
{
    /// <summary>The receipt as it stands; null of an unknown or running job.</summary>
    public ReceiptInfo? Find(Bytes32 jobId)
    {
        using SqliteConnection connection = database.Connect();
        var job = connection.QuerySingleOrDefault<JobColumns>(
            $"SELECT {JobColumns.Sql} FROM jobs WHERE job_id = @id AND state <> 'running'", new { id = jobId.ToArray() });
        if (job is null)
            return null;
        Signed<JobRequest> request = JobRows.Signed<JobRequest>(job.Request, job.Signature);
        ShardColumns[] shards = job.State == "void" ? [] : [.. ShardColumns.Of(connection, jobId)];
        StoredBatch? batch = job.BatchIndex is { } index ? batches.Find((ulong)index) : null;
        StoredEpoch?[] covering = [.. shards.Select(Covering)];
        bool isSealed = request.Message.Privacy == PrivacyMode.Sealed;
        return new ReceiptInfo
        {
            Id = jobId,
            Status = StatusOf(job.State, batch),
            Request = request.Message,
            RequestSignature = request.Signature,
            Tokens = isSealed || job.State == "void" ? null : Ids(job.Tokens!),
            Sealed = isSealed && job.State != "void" ? job.Tokens : null,
            Answer = job.State == "void" ? null : AnswerOf(jobId, job),
            AnswerSignature = job.State == "void" || job.AnswerSignature is null ? null : new Signature(job.AnswerSignature),
            QueryReceipt = batch is null ? null : JobRows.Decode<QueryReceipt>(batches.Items(batch.Index, DataKind.QueryReceipt, (uint)job.Leaf!)[0]),
            Shards = batch is null ? [.. shards.Zip(covering, Unposted)] : Posted(batch.Index, (uint)job.Leaf!.Value),
            Quotes = [.. covering.OfType<StoredEpoch>().Select(Evidence)],
            Batch = batch is null ? null : Place(batch, (uint)job.Leaf!.Value),
            Account = batch is null ? null : AccountOf(request.Message.User, batch.Index),
            VoidReason = job.VoidReason,
        };
    }

    private static string StatusOf(string state, StoredBatch? batch) => (state, batch?.Status) switch
    {
        (_, LocalStatus.RolledBack) => "rolledBack",
        ("void", _) => "void",
        (_, LocalStatus.Final) => "final",
        (_, LocalStatus.Posted) => "posted",
        _ => "answered",
    };

    private static AnswerReceipt AnswerOf(Bytes32 jobId, JobColumns job) =>
        new(jobId, new Bytes32(job.TokensRoot!), JobRows.Wei(job.Fee!), (ulong)job.PostBefore);

    private StoredEpoch? Covering(ShardColumns shard)
    {
        ShardReceipt receipt = shard.ToReceipt().Message;
        return epochs.Find(new EpochKey(receipt.Slot, receipt.Operator, receipt.Epoch));
    }

    private static ReceiptQuote Evidence(StoredEpoch epoch) => new(
        epoch.Quote.Record, epoch.Quote.Quote.ToArray(), epoch.TeeType, epoch.CollateralHash, epoch.VerifiedAt, QuoteMeasurements.Read(epoch.Quote.Quote.Span));

    private static ReceiptShard Unposted(ShardColumns shard, StoredEpoch? epoch)
    {
        Signed<ShardReceipt> receipt = shard.ToReceipt();
        return epoch?.Tree.Prove(new Bytes32(shard.Digest)) is { } proof
            ? new ReceiptShard(receipt.Message, receipt.Signature, null, proof.Index, proof.Size, proof.Siblings)
            : new ReceiptShard(receipt.Message, receipt.Signature);
    }

    private ImmutableArray<ReceiptShard> Posted(ulong index, uint leaf)
    {
        var shards = ImmutableArray.CreateBuilder<ReceiptShard>();
        foreach (byte[] item in batches.Items(index, DataKind.ShardReceipt, leaf))
        {
            if (!ShardEntry.TryDecode(item, out ShardEntry? entry))
                throw new InvalidDataException($"The data of batch {index} holds {item.Length} bytes that are no shard receipt.");
            shards.Add(new ReceiptShard(
                entry.Receipt.Message, entry.Receipt.Signature, entry.QuoteIndex, entry.Proof.Index, entry.Proof.Size, entry.Proof.Siblings));
        }

        return shards.ToImmutable();
    }

    private ReceiptBatch Place(StoredBatch batch, uint leaf)
    {
        var tree = MerkleTree<KeccakMerkle>.FromData(batches.Items(batch.Index, DataKind.QueryReceipt, leaf: null));
        return new ReceiptBatch(
            batch.Index, batch.Hash, batch.ParentHash, leaf, batch.Header.Count, [.. tree.Prove((int)leaf)], batch.Header, batch.Transaction,
            batch.PostedAt);
    }

    private ReceiptAccount AccountOf(Address owner, ulong index)
    {
        AccountTree state = states.After(index);
        SparseMerkleProof proof = state.Prove(owner);
        return new ReceiptAccount(owner, Hex.Encode(state.Get(owner).Encode()), new AccountProof(proof.Bitmap, [.. proof.Siblings]));
    }

    private static ImmutableArray<uint> Ids(byte[] tokens)
    {
        var ids = ImmutableArray.CreateBuilder<uint>(tokens.Length / sizeof(uint));
        for (int i = 0; i + sizeof(uint) <= tokens.Length; i += sizeof(uint))
            ids.Add(BinaryPrimitives.ReadUInt32LittleEndian(tokens.AsSpan(i)));
        return ids.ToImmutable();
    }
}
