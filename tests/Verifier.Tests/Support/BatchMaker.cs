using System.Collections.Immutable;
using TeeTee.Attestation.Encryption;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Verification;
using Finish = TeeTee.Rollup.Messages.FinishReason;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>Runs jobs on real shards, has enclaves sign and quote them, and makes batches as an honest sequencer does.</summary>
/// <param name="parent">The state to build on; null before the first batch.</param>
internal sealed class BatchMaker(Devnet net, AccountTree? parent = null)
{
    private const uint StopToken = 2;

    /// <summary>The state after the newest batch made.</summary>
    public AccountTree State { get; private set; } = parent ?? AccountTree.Empty;

    /// <summary>A batch that passes every rule; hosts may have lied within their receipts.</summary>
    public async Task<Batch> MakeAsync(params JobPlan[] plans)
    {
        ulong now = await net.NowAsync();
        Run[] runs = [.. plans.Select(p => Execute(p, now))];
        BatchContext context = await net.ContextAsync([.. runs.Select(r => r.Request)], State);
        BatchBuilder builder = new(context);
        Dictionary<uint, (ExecutionTree Tree, QuoteItem Quote)> epochs = await SealAsync(runs);
        foreach (Run run in runs)
            Assert.Empty(builder.TryAdd(run.Plan.IsVoid ? AnsweredJob.Void(run.Request) : Answer(run, epochs)));
        State = builder.State;
        return builder.Build();
    }

    /// <summary>The header that fits the data, whatever the data is worth.</summary>
    public static BatchHeader HeaderOf(BatchData data)
    {
        ImmutableArray<DataChunk> chunks = data.Chunks();
        return new BatchHeader(
            BatchHeader.CurrentVersion, data.ReceiptsRoot(), (uint)data.Leaves.Length, data.QuotesRoot(), (uint)data.Quotes.Length,
            new DataManifest([.. chunks.Select(c => c.Record)]).Root(), (uint)chunks.Length, data.Leaves[^1].Receipt.StateRootAfter);
    }

    private Run Execute(JobPlan plan, ulong now)
    {
        HostedModel asked = plan.Asks ?? net.Model;
        Sampling sampling = plan.Greedy ? Sampling.GreedyPick : new Sampling(false, BitConverter.SingleToUInt32Bits(1.25f), 0, Keccak256.Hash([(byte)plan.Nonce]));
        using DataKey? key = plan.Privacy == PrivacyMode.Sealed ? DataKey.Generate() : null;
        CommitmentSalts? promptSalts = key?.PromptSaltsOf(Devnet.User.Address, plan.Nonce, asked.Id);
        JobRequest request = new()
        {
            User = Devnet.User.Address,
            Sequencer = Devnet.Sequencer.Address,
            Nonce = plan.Nonce,
            ModelId = asked.Id,
            PromptTokensRoot = TokenCommitment.Root(plan.Prompt, promptSalts?.PromptTokens),
            PromptTokens = (uint)plan.Prompt.Length,
            MaxOutputTokens = plan.MaxOutput,
            StopTokens = [StopToken],
            Sampling = sampling,
            PromptPrice = 101,
            OutputPrice = 307,
            MaxFee = 1_000_000,
            CumulativeMax = 50_000_000,
            Deadline = now + 100,
            Payment = PaymentKind.Credits,
            Privacy = plan.Privacy,
        };
        CommitmentSalts? salts = key?.SaltsOf(net.Domain.Digest(request));
        (uint[] tokens, Bytes32[][] lists) = plan.IsVoid ? ([], []) : Generate(plan, asked, sampling, salts);
        plan.Lie(tokens, lists);
        Bytes32 root = TokenCommitment.Root(tokens, salts?.Tokens);
        byte[] published = key is null ? TokenBytes.Encode(tokens) : Seal(plan, request, key, root, tokens);
        return new Run(
            plan, net.Domain.Sign(request, Devnet.User), tokens, root, published, lists, [.. plan.IsVoid ? [] : Receipts(request, tokens, root, lists, now)]);
    }

    private byte[] Seal(JobPlan plan, JobRequest request, DataKey key, Bytes32 root, uint[] tokens)
    {
        SealedBinding binding = new(net.Domain.Digest(request), request.User, request.Nonce, request.ModelId);
        DataKey wrapped = plan.WrapsAnotherKey ? DataKey.Generate() : DataKey.From(key.ToArray());
        using var exchange = SealedExchange.Seal(wrapped, binding, [net.Slots[request.ModelId][0].EncryptionKey, .. plan.Auditors], plan.Prompt, out _);
        return exchange.SealTokens(root, tokens);
    }

    private static (uint[] Tokens, Bytes32[][] Lists) Generate(JobPlan plan, HostedModel asked, Sampling sampling, CommitmentSalts? salts)
    {
        if (!plan.Invented.IsEmpty)
        {
            uint[] invented = [.. plan.Prompt, .. plan.Invented];
            Bytes32[] leaves = [.. Enumerable.Range(1, invented.Length - 1).Select(i => Keccak256.Hash([(byte)i]))];
            return (invented, [leaves, [.. leaves]]);
        }

        OfflineRunOptions options = new()
        {
            MaxTokens = (int)plan.MaxOutput,
            Sampling = new SamplingParameters(sampling.Greedy, sampling.InverseTemperatureBits, sampling.Seed),
            StopTokens = [StopToken],
            Salts = salts,
        };
        OfflineRunResult run = OfflineRunner.Run((plan.Runs ?? asked).Shards, plan.Prompt, options, CancellationToken.None);
        return ([.. plan.Prompt, .. run.OutputTokens], [.. run.Traces.Select(t => t.Leaves.ToArray())]);
    }

    private IEnumerable<Signed<ShardReceipt>> Receipts(JobRequest request, uint[] tokens, Bytes32 root, Bytes32[][] lists, ulong now) =>
        net.Slots[request.ModelId].Select((slot, i) => net.Domain.Sign(
            new ShardReceipt(
                net.Domain.Digest(request), slot.Slot.SlotId, slot.Slot.Operator, now / net.EpochSeconds, (uint)tokens.Length - 1, root,
                TraceCommitment.Root(lists[i]), now + 10_000),
            slot.Enclave));

    private async Task<Dictionary<uint, (ExecutionTree, QuoteItem)>> SealAsync(IEnumerable<Run> runs)
    {
        Dictionary<uint, (ExecutionTree, QuoteItem)> epochs = [];
        foreach (var group in runs.SelectMany(r => r.Receipts).GroupBy(r => r.Message.Slot))
        {
            HostedSlot slot = net.Slots.Values.SelectMany(s => s).Single(s => s.Slot.SlotId == group.Key);
            ExecutionTree tree = new(group.Select(r => net.Domain.Digest(r.Message)));
            QuoteRecord record = new(
                slot.Slot.ModelId, group.Key, slot.Slot.Operator, group.First().Message.Epoch, tree.Root, slot.Enclave.Address, slot.EncryptionKey, Bytes32.Zero);
            byte[] quote = await slot.Quotes.GetQuoteAsync(ReportData.ForEpoch(net.Domain, record), net.Bound);
            epochs[group.Key] = (tree, new QuoteItem(record with { QuoteHash = Keccak256.Hash(quote) }, quote));
        }

        return epochs;
    }

    private AnsweredJob Answer(Run run, Dictionary<uint, (ExecutionTree Tree, QuoteItem Quote)> epochs)
    {
        uint output = (uint)(run.Tokens.Length - run.Plan.Prompt.Length);
        return new AnsweredJob
        {
            Request = run.Request,
            Finish = run.Tokens[^1] == StopToken ? Finish.Stop : Finish.Length,
            OutputTokens = output,
            TokensRoot = run.TokensRoot,
            Shards =
            [
                .. run.Receipts.Select((r, i) => new AnsweredShard(
                    r, run.Lists[i].SelectMany(l => l.ToArray()).ToArray(), epochs[r.Message.Slot].Quote,
                    epochs[r.Message.Slot].Tree.Prove(net.Domain.Digest(r.Message))!)),
            ],
            Tokens = run.Published,
        };
    }

    private sealed record Run(
        JobPlan Plan, Signed<JobRequest> Request, uint[] Tokens, Bytes32 TokensRoot, byte[] Published, Bytes32[][] Lists, ImmutableArray<Signed<ShardReceipt>> Receipts);
}
