using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Faults;

/// <summary>Remedies of one leaf's broken rules.</summary>
internal sealed class LeafProofs(BatchOpenings openings, BatchContext context, Func<Bytes32, DisputeModel?> model)
{
    public FaultRemedy For(int leaf, LeafFinding finding)
    {
        BatchLeaf data = openings.Data.Leaves[leaf];
        return finding.Part is { } part ? ForShard(leaf, data, part, finding.Fault) : ForLeaf(leaf, data, finding.Fault);
    }

    private FaultRemedy ForLeaf(int leaf, BatchLeaf data, LeafFault fault) => fault switch
    {
        LeafFault.JobIdMismatch => Bound(leaf, FaultJudge.RequestFaults, "jobId"),
        LeafFault.RequestHashMismatch => Item(leaf, DataKind.Request),
        LeafFault.ModelUnknown => Bound(leaf, FaultJudge.RequestFaults, "modelUnknown"),
        LeafFault.RequestRuleBroken => WithModel(data, config => Bound(leaf, FaultJudge.RequestFaults, "requestForm", [config])),
        LeafFault.RequestSignerInvalid => Bound(leaf, FaultJudge.RequestFaults, "requestSigner"),
        LeafFault.SequencerMismatch => Bound(leaf, FaultJudge.RequestFaults, "wrongSequencer"),
        LeafFault.PromptTokensMismatch => Bound(leaf, FaultJudge.RequestFaults, "promptCount"),
        LeafFault.ShardCountWrong => ShardCount(leaf, data),
        LeafFault.LayersNotContiguous => Layers(leaf, data),
        LeafFault.OutputTokensOutOfRange => Bound(leaf, FaultJudge.FinishFaults, "outputCount"),
        LeafFault.LengthMismatch => Bound(leaf, FaultJudge.FinishFaults, "lengthRule"),
        LeafFault.FeeMismatch => Bound(leaf, FaultJudge.FinishFaults, "fee"),
        LeafFault.VoidNotEmpty => Void(leaf, data),
        LeafFault.CancelMissing or LeafFault.CancelUnexpected => CancelPresence(leaf, data, fault),
        LeafFault.CancelHashMismatch => Item(leaf, DataKind.Cancel),
        LeafFault.CancelJobMismatch or LeafFault.CancelCountMismatch or LeafFault.CancelSignerInvalid => Cancel(leaf, data),
        LeafFault.TokensLengthMismatch or LeafFault.TokensRootMismatch => Tokens(leaf, data),
        LeafFault.StopTokenMissing or LeafFault.StopTokenIgnored or LeafFault.PromptTokensRootMismatch or LeafFault.TokenOutOfRange =>
            TokenFault(leaf, data, fault),
        LeafFault.SealedTokensMalformed => Sealed(leaf),
        LeafFault.NonceNotIncreasing => Account(leaf, "nonce"),
        LeafFault.CumulativeMaxExceeded => Account(leaf, "voucher"),
        LeafFault.Overdraft or LeafFault.EarningsExceeded => Account(leaf, "overdraft"),
        LeafFault.AmountOverflow or LeafFault.StateRootMismatch => StateRoot(leaf, data),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "Unknown fault of a leaf."),
    };

    private FaultRemedy ForShard(int leaf, BatchLeaf data, int part, LeafFault fault)
    {
        if (fault is LeafFault.LeafListLengthMismatch or LeafFault.TraceRootMismatch)
            return LeafList(leaf, data, part);
        // Another receipt was published than the leaf commits: that is the fault, and nothing about the committed one is known.
        if (data.Shards[part].Receipt.Hash() != data.Receipt.ShardReceiptHashes[part])
            return EntryHash(leaf, part);
        return fault switch
        {
            LeafFault.ShardJobIdMismatch => data.Receipt.JobId == data.Shards[part].Receipt.Message.JobId
                ? Bound(leaf, FaultJudge.RequestFaults, "jobId")
                : Shard(leaf, part, "shardJob"),
            LeafFault.ShardPositionsMismatch => Shard(leaf, part, "shardPositions"),
            LeafFault.ShardTokensRootMismatch => Shard(leaf, part, "shardTokens"),
            LeafFault.PostBeforePassed => Shard(leaf, part, "postBeforePassed"),
            LeafFault.SlotUnknown or LeafFault.SlotModelMismatch => Layers(leaf, data),
            LeafFault.SlotOperatorMismatch => Shard(leaf, part, "slotOperator"),
            LeafFault.ShardSignatureInvalid => Shard(leaf, part, "shardSigner"),
            LeafFault.QuoteIndexOutOfRange => Entry(leaf, part, "quoteIndex"),
            LeafFault.QuoteRecordMismatch or LeafFault.ExecutionProofInvalid =>
                Entry(leaf, part, "notCovered", openings.Quote((int)data.Shards[part].QuoteIndex)),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "Unknown fault of a shard."),
        };
    }

    private OneTransactionRemedy Bound(int leaf, FaultJudge judge, string function, params object[] rest) =>
        FaultRemedies.One(judge, function, [openings.Ref, openings.Leaf(leaf), openings.Request(leaf), .. rest]);

    private OneTransactionRemedy Shard(int leaf, int part, string function) =>
        Bound(leaf, FaultJudge.PipelineFaults, function, (uint)part, openings.Receipt(leaf, part));

    private FaultRemedy WithModel(BatchLeaf data, Func<object[], FaultRemedy> prove) => model(data.Request.Message.ModelId) is { } config
        ? prove(config.ToTuple())
        : new NoRemedy("The configuration of the model is not known here.");

    // The record of the item's only chunk has the hash of what was published.
    private OneTransactionRemedy Item(int leaf, DataKind kind)
    {
        (DataChunk chunk, object[] proof) = openings.Chunk(new ItemKey((uint)leaf, kind, 0), 0);
        return FaultRemedies.One(FaultJudge.FormFaults, "itemHash", openings.Ref, openings.Leaf(leaf), (byte)kind, proof, chunk.Record.Hash);
    }

    private FaultRemedy ShardCount(int leaf, BatchLeaf data)
    {
        int committed = data.Receipt.ShardReceiptHashes.Length;
        if (committed is 0 or > LeafRules.MostShards)
            return FaultRemedies.One(FaultJudge.PipelineFaults, "shardCount", openings.Ref, openings.Leaf(leaf));
        var lists = Enumerable.Range(data.LeafLists.Length, Math.Max(0, committed - data.LeafLists.Length))
            .Select(i => new ChunkPlace((uint)leaf, DataKind.LeafList, (ushort)i, 0));
        var receipts = Enumerable.Range(data.Shards.Length, Math.Max(0, committed - data.Shards.Length))
            .Select(i => new ChunkPlace((uint)leaf, DataKind.ShardReceipt, (ushort)i, 0));
        ImmutableArray<ChunkPlace> missing = [.. receipts, .. lists];
        return missing.IsEmpty ? new NoRemedy("Nothing rests on an item that no leaf commits.") : new DataChallengeRemedy(missing);
    }

    private FaultRemedy Layers(int leaf, BatchLeaf data) =>
        data.Receipt.ShardReceiptHashes.Length > LeafRules.MostShards
            ? ShardCount(leaf, data)
            : Bound(leaf, FaultJudge.PipelineFaults, "layers", [openings.Receipts(leaf)]);

    private FaultRemedy Void(int leaf, BatchLeaf data)
    {
        QueryReceipt r = data.Receipt;
        bool committed = !r.ShardReceiptHashes.IsEmpty || r.OutputTokens != 0 || r.Fee != 0 || !r.TokensRoot.IsZero;
        return committed
            ? FaultRemedies.One(FaultJudge.FinishFaults, "voidNotEmpty", openings.Ref, openings.Leaf(leaf))
            : new NoRemedy("Nothing rests on an item that no leaf commits.");
    }

    private FaultRemedy CancelPresence(int leaf, BatchLeaf data, LeafFault fault)
    {
        bool committed = !data.Receipt.CancelHash.IsZero;
        if (committed == (fault == LeafFault.CancelUnexpected))
            return Bound(leaf, FaultJudge.FinishFaults, "cancelPresence");
        return committed ? new DataChallengeRemedy([new ChunkPlace((uint)leaf, DataKind.Cancel, 0, 0)]) : Item(leaf, DataKind.Cancel);
    }

    private FaultRemedy Cancel(int leaf, BatchLeaf data) => data.Cancel!.Hash() == data.Receipt.CancelHash
        ? Bound(leaf, FaultJudge.FinishFaults, "cancelRule", [MessageTuples.Of(data.Cancel)])
        : Item(leaf, DataKind.Cancel);

    private static DataChallengeRemedy Tokens(int leaf, BatchLeaf data)
    {
        long ids = (long)data.Receipt.PromptTokens + data.Receipt.OutputTokens;
        return Chunks(leaf, DataKind.Tokens, 0, ids * sizeof(uint));
    }

    private static DataChallengeRemedy LeafList(int leaf, BatchLeaf data, int part)
    {
        long positions = (long)data.Receipt.PromptTokens + data.Receipt.OutputTokens - 1;
        return Chunks(leaf, DataKind.LeafList, part, positions * Bytes32.Size);
    }

    private static DataChallengeRemedy Chunks(int leaf, DataKind kind, int part, long bytes)
    {
        int count = (int)Math.Clamp((bytes + ChunkRecord.ChunkBytes - 1) / ChunkRecord.ChunkBytes, 1, 1024);
        return new DataChallengeRemedy([.. Enumerable.Range(0, count).Select(i => new ChunkPlace((uint)leaf, kind, (ushort)part, (uint)i))]);
    }

    private FaultRemedy TokenFault(int leaf, BatchLeaf data, LeafFault fault)
    {
        if (data.Request.Message.Privacy == PrivacyMode.Sealed)
            return new NoRemedy("The poster cannot read sealed tokens.");
        if (TraceRoots.Tokens(data.Tokens.Span) != data.Receipt.TokensRoot)
            return Tokens(leaf, data);
        return fault switch
        {
            LeafFault.PromptTokensRootMismatch => Prompt(leaf, data),
            LeafFault.TokenOutOfRange => WithModel(data, config => At(leaf, data, fault, "tokenOutOfRange", config)),
            LeafFault.StopTokenIgnored => At(leaf, data, fault, "stopIgnored"),
            _ => Bound(leaf, FaultJudge.TokenFaults, "stopMissing", [TokenPages.Opening(data.Tokens.Span, LastPosition(data))]),
        };
    }

    private FaultRemedy At(int leaf, BatchLeaf data, LeafFault fault, string function, params object[][] rest)
    {
        uint[] ids = TokenBytes.TryRead(data.Tokens.Span, out uint[]? read) ? read : [];
        uint size = context.View.Model(data.Request.Message.ModelId)?.VocabularySize ?? uint.MaxValue;
        for (uint i = 0; i < ids.Length; i++)
        {
            bool mayStop = i == LastPosition(data) && data.Receipt.Finish == FinishReason.Stop;
            bool isIt = fault == LeafFault.TokenOutOfRange
                ? ids[i] >= size
                : i >= data.Receipt.PromptTokens && !mayStop && data.Request.Message.StopTokens.Contains(ids[i]);
            if (isIt)
                return Bound(leaf, FaultJudge.TokenFaults, function, [i, TokenPages.Opening(data.Tokens.Span, i), .. rest]);
        }

        return new NoRemedy("No published token shows it.");
    }

    private OneTransactionRemedy Prompt(int leaf, BatchLeaf data)
    {
        ReadOnlySpan<byte> ids = data.Tokens.Span;
        uint prompt = data.Request.Message.PromptTokens;
        bool cuts = prompt % TokenCommitment.PageTokens != 0;
        byte[] boundary = cuts ? TokenPages.Page(ids, (int)(prompt / TokenCommitment.PageTokens)).ToArray() : [];
        return Bound(leaf, FaultJudge.TokenFaults, "promptDiffers", MessageTuples.Of(TokenPages.Leaves(ids)), boundary);
    }

    private static uint LastPosition(BatchLeaf data) => data.Receipt.PromptTokens + data.Receipt.OutputTokens - 1;

    private OneTransactionRemedy Sealed(int leaf)
    {
        (DataChunk chunk, object[] proof) = openings.Chunk(new ItemKey((uint)leaf, DataKind.Tokens, 0), 0);
        return Bound(leaf, FaultJudge.EntryFaults, "sealedFrame", chunk.Bytes.ToArray(), proof);
    }

    private OneTransactionRemedy EntryHash(int leaf, int part)
    {
        (_, object[] proof) = openings.Chunk(new ItemKey((uint)leaf, DataKind.ShardReceipt, (ushort)part), 0);
        return FaultRemedies.One(FaultJudge.EntryFaults, "entryHash", openings.Ref, openings.Leaf(leaf), (ushort)part, openings.Entry(leaf, part), proof);
    }

    private OneTransactionRemedy Entry(int leaf, int part, string function, params object[][] rest)
    {
        (_, object[] proof) = openings.Chunk(new ItemKey((uint)leaf, DataKind.ShardReceipt, (ushort)part), 0);
        return Bound(leaf, FaultJudge.EntryFaults, function, [(ushort)part, openings.Entry(leaf, part), proof, .. rest]);
    }

    private OneTransactionRemedy Account(int leaf, string function)
    {
        StepOpenings steps = new(openings, context);
        return FaultRemedies.One(FaultJudge.AccountFaults, function, openings.Ref, steps.Step(leaf), steps.User(leaf));
    }

    private FaultRemedy StateRoot(int leaf, BatchLeaf data)
    {
        StepOpenings steps = new(openings, context);
        return steps.Accounts(leaf) is { } accounts
            ? FaultRemedies.One(FaultJudge.AccountFaults, "stateRoot", openings.Ref, steps.Step(leaf), openings.Receipts(leaf), accounts)
            : Layers(leaf, data);
    }
}
