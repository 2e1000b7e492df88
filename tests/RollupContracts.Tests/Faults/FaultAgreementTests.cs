using FsCheck;
using FsCheck.Fluent;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Tests.Support;
using TeeTee.Rollup.Verification;

namespace TeeTee.RollupContracts.Tests.Faults;

/// <summary>
/// Holds the rules in C# and the judges on chain together: what the rules find in a batch, the contracts convict, and nothing of an honest one.
/// </summary>
public sealed class FaultAgreementTests(FaultChain chain) : IClassFixture<FaultChain>
{
    public static TheoryData<LeafFault> LeafFaults => [.. Enum.GetValues<LeafFault>()];

    [Theory]
    [MemberData(nameof(LeafFaults))]
    public async Task Convict_PlantedFaultOfALeaf_PunishesItsPosterAlone(LeafFault fault)
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        Draft planted = world.Draft(nonce: 2);
        await PlantAsync(fault, world, planted);
        (BatchHeader header, BatchData data) = world.Build(world.Draft(nonce: 1), planted);
        PostedBatchRef batch = await chain.PostAsync(header);
        BatchContext context = await chain.ContextAsync(world, data) with { Parent = world.Parent };
        BatchFinding finding = Assert.Single(BatchRules.Check(header, data, context).Findings);
        Assert.Equal((1u, fault), (finding.Leaf!.Value, finding.LeafFinding!.Fault));

        FaultRemedy remedy = new FaultRemedies(batch, data, context, FaultChain.Config).For(finding);

        switch (remedy)
        {
            case OneTransactionRemedy proof:
                await AssertConvictsAsync(proof.Proof, batch);
                break;
            case DataChallengeRemedy demand:
                await AssertUnanswerableAsync(demand, batch, data);
                break;
            default:
                Assert.Fail($"{fault} has no remedy: {remedy}");
                break;
        }

        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task Convict_HonestBatch_EveryProofOfEveryRuleIsRefused()
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        (BatchHeader header, BatchData data) = world.Build([.. Honest(world)]);
        PostedBatchRef batch = await chain.PostAsync(header);
        BatchContext context = await chain.ContextAsync(world, data);
        Assert.Empty(BatchRules.Check(header, data, context).Findings);
        FaultRemedies remedies = new(batch, data, context, FaultChain.Config);
        int judged = 0;
        HashSet<string> functions = [];
        HashSet<string> compared = [];

        foreach ((int leaf, LeafFinding pretended) in Pretended(data))
        {
            if (remedies.For(new BatchFinding(BatchFault.LeafInvalid, (uint)leaf, pretended, "", "")) is not OneTransactionRemedy remedy)
                continue;
            judged++;
            functions.Add($"{remedy.Proof.Judge}.{remedy.Proof.Function}");
            string error = await RefusalAsync(remedy.Proof);
            Assert.True(error.Contains('_', StringComparison.Ordinal), $"{pretended.Fault} of leaf {leaf}: {error}");
            if (error.StartsWith("Judge_NoFault", StringComparison.Ordinal))
                compared.Add($"{remedy.Proof.Judge}.{remedy.Proof.Function}");
        }

        BatchFinding last = new(BatchFault.StateRootMismatch, null, null, "", "");
        Signed<AnswerReceipt> promise = world.Domain.Sign(
            new AnswerReceipt(data.Leaves[0].Receipt.JobId, data.Leaves[0].Receipt.TokensRoot, data.Leaves[0].Receipt.Fee, World.PostedAt + 1), World.Sequencer);
        BatchOpenings openings = new(batch, data);
        FaultProof[] others =
        [
            new(FaultJudge.FormFaults, "quoteTwice", [openings.Ref, openings.Quote(0), openings.Quote(1)]),
            new(FaultJudge.PipelineFaults, "shardJob", [openings.Ref, openings.Leaf(0), openings.Request(0), 1u, openings.Receipt(0, 1)]),
            ((OneTransactionRemedy)remedies.For(last)).Proof,
            FaultProofs.MalformedLeaf(batch, 1, [.. data.Leaves.Select(l => l.Receipt.Encode())]),
            FaultProofs.JobTwice(batch, data, 0, batch, data, 1),
            FaultProofs.AnswerDiffers(batch, data, 0, promise),
            new(FaultJudge.FinishFaults, "voidNotEmpty", [batch.ToTuple(), LeafOpening.Of(data, 3).ToTuple()]),
            new(FaultJudge.PipelineFaults, "shardCount", [batch.ToTuple(), LeafOpening.Of(data, 0).ToTuple()]),
        ];
        foreach (FaultProof proof in others)
            Assert.StartsWith("Judge_NoFault", await RefusalAsync(proof), StringComparison.Ordinal);
        functions.ExceptWith(["FinishFaults.voidNotEmpty", "PipelineFaults.shardCount"]);
        Assert.True(judged > 100, $"{judged} proofs");
        // Every rule made its comparison somewhere, and it held: no refusal is one of form alone.
        Assert.Equal(functions.Order(), compared.Order());
        Assert.True(functions.Count >= 26, $"{functions.Count} functions: {string.Join(' ', functions.Order())}");
        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task Convict_GeneratedHonestBatches_NothingIsConvicted()
    {
        Gen<(int Prompt, int Output, int Finish)> jobs =
            from prompt in Gen.Choose(1, 700)
            from output in Gen.Choose(1, 700)
            from finish in Gen.Choose(1, 4)
            select (prompt, output, finish);
        foreach ((int Prompt, int Output, int Finish)[] batch in jobs.ArrayOf(3).Sample(4))
        {
            string snapshot = await chain.SnapshotAsync();
            World world = await chain.NewWorldAsync();
            Draft[] drafts = [.. batch.Select((job, i) => Long(world, (ulong)i + 1, job.Prompt, job.Output, (FinishReason)job.Finish))];
            (BatchHeader header, BatchData data) = world.Build(drafts);
            PostedBatchRef posted = await chain.PostAsync(header);
            BatchContext context = await chain.ContextAsync(world, data);
            Assert.Empty(BatchRules.Check(header, data, context).Findings);
            FaultRemedies remedies = new(posted, data, context, FaultChain.Config);
            foreach ((int leaf, LeafFinding pretended) in Pretended(data))
            {
                if (remedies.For(new BatchFinding(BatchFault.LeafInvalid, (uint)leaf, pretended, "", "")) is OneTransactionRemedy remedy)
                    await RefusalAsync(remedy.Proof);
            }

            await chain.RevertAsync(snapshot);
        }
    }

    [Theory]
    [InlineData(LeafFault.StopTokenIgnored, 400)]
    [InlineData(LeafFault.StopTokenIgnored, 599)]
    [InlineData(LeafFault.PromptTokensRootMismatch, 10)]
    [InlineData(LeafFault.PromptTokensRootMismatch, 299)]
    [InlineData(LeafFault.TokenOutOfRange, 512)]
    [InlineData(LeafFault.StopTokenMissing, 599)]
    public async Task Convict_FaultOnAnotherPage_IsFoundThere(LeafFault fault, int position)
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        FinishReason finish = fault == LeafFault.StopTokenMissing ? FinishReason.Stop : FinishReason.Length;
        Draft draft = Long(world, 1, 300, 300, finish);
        draft.Tokens[position] = fault switch
        {
            LeafFault.TokenOutOfRange => 1000,
            LeafFault.StopTokenIgnored => World.StopToken,
            _ => 18,
        };
        (BatchHeader header, BatchData data) = world.Build(draft);
        PostedBatchRef batch = await chain.PostAsync(header);
        BatchContext context = await chain.ContextAsync(world, data);
        BatchFinding finding = Assert.Single(BatchRules.Check(header, data, context).Findings);
        Assert.Equal(fault, finding.LeafFinding!.Fault);

        FaultRemedy remedy = new FaultRemedies(batch, data, context, FaultChain.Config).For(finding);

        await AssertConvictsAsync(Assert.IsType<OneTransactionRemedy>(remedy).Proof, batch);
        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task Answer_EveryChunkOfAnHonestBatch_IsPublishedAsItIs()
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        (BatchHeader header, BatchData data) = world.Build([.. Honest(world)]);
        PostedBatchRef batch = await chain.PostAsync(header);
        ChunkAnswers answers = new(batch, data);

        foreach (DataChunk chunk in data.Chunks())
        {
            ChunkPlace place = ChunkAnswers.PlaceOf(chunk.Record);
            ulong id = await ChallengeAsync(batch, data, place);
            TransactionOutcome outcome = await chain.SendAsync(chain.Data, chain.Data.Answer(id, answers.For(place)));
            Assert.True(outcome.IsSuccess, $"{place}: {ContractError.Describe(outcome.RevertData.Span)}");
            ChunkPublished? published = null;
            Assert.Contains(outcome.Receipt!.Logs, log => ChunkPublished.TryDecode(log, out published));
            Assert.Equal(place, published!.Place);
            Assert.Equal(chunk.Bytes.ToArray(), published.Content.ToArray());
            Assert.Equal(ChallengeState.Answered, (await chain.ChallengeAsync(id)).State);
        }

        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task Convict_FaultsBeyondOneLeaf_PunishesTheirPoster()
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        (BatchHeader honest, BatchData data) = world.Build(world.Draft(nonce: 1), world.Draft(nonce: 2));
        PostedBatchRef batch = await chain.PostAsync(honest with { StateRoot = world.Hash() });
        BatchContext context = await chain.ContextAsync(world, data);
        BatchFinding root = Assert.Single(BatchRules.Check(batch.Header, data, context).Findings);
        await AssertConvictsAsync(((OneTransactionRemedy)new FaultRemedies(batch, data, context, FaultChain.Config).For(root)).Proof, batch);

        PostedBatchRef again = await chain.PostAsync(honest, World.PostedAt + 1);
        PostedBatchRef twice = await chain.PostAsync(honest, World.PostedAt + 2);
        await AssertConvictsAsync(FaultProofs.JobTwice(again, data, 0, twice, data, 1 - 1), twice);
        Signed<AnswerReceipt> promise = world.Domain.Sign(
            new AnswerReceipt(data.Leaves[1].Receipt.JobId, world.Hash(), data.Leaves[1].Receipt.Fee, World.PostedAt + 1), World.Sequencer);
        await AssertConvictsAsync(FaultProofs.AnswerDiffers(again, data, 1, promise), again);

        byte[][] leaves = [.. data.Leaves.Select(l => l.Receipt.Encode())];
        leaves[1] = [.. leaves[1], 0];
        Bytes32 tree = MerkleTree<KeccakMerkle>.FromData(leaves).Root(new MerkleTag("TT/rcpt1"));
        PostedBatchRef malformed = await chain.PostAsync(honest with { ReceiptsRoot = tree }, World.PostedAt + 5);
        await AssertConvictsAsync(FaultProofs.MalformedLeaf(malformed, 1, leaves), malformed);
        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task Convict_QuotesOfOneEpochTwice_PunishesTheirPoster()
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        Draft second = world.Draft(nonce: 2);
        second.Receipt = (i, r) => i == 0 ? r with { Epoch = r.Epoch - 1 } : r;
        (BatchHeader header, BatchData data) = world.Build(world.Draft(nonce: 1), second);
        PostedBatchRef batch = await chain.PostAsync(header);
        BatchContext context = await chain.ContextAsync(world, data);
        BatchFinding finding = Assert.Single(BatchRules.Check(header, data, context).Findings);
        Assert.Equal(BatchFault.QuoteRepeated, finding.Fault);

        await AssertConvictsAsync(((OneTransactionRemedy)new FaultRemedies(batch, data, context, FaultChain.Config).For(finding)).Proof, batch);
        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task Register_HonestLeafOfABatchThatFell_GetsWhatItsOperatorLost()
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        Draft bad = world.Draft(nonce: 2);
        FaultPlants.Plant(LeafFault.FeeMismatch, world, bad);
        (BatchHeader header, BatchData data) = world.Build(world.Draft(nonce: 1), bad);
        PostedBatchRef batch = await chain.PostAsync(header);
        BatchContext context = await chain.ContextAsync(world, data);
        BatchFinding finding = Assert.Single(BatchRules.Check(header, data, context).Findings);
        await AssertConvictsAsync(((OneTransactionRemedy)new FaultRemedies(batch, data, context, FaultChain.Config).For(finding)).Proof, batch);
        CompensationCase open = (await chain.Compensations.GetCaseAsync(1, BlockTag.Latest, default))!;
        Assert.Equal((batch.Index, batch.Index), (open.From, open.To));

        byte[] register = chain.Compensations.Register(1, batch, LeafOpening.Of(data, 0), data.Leaves[0], 1);
        Assert.True((await chain.SendAsync(chain.Compensations, register)).IsSuccess);
        byte[] guilty = chain.Compensations.Register(1, batch, LeafOpening.Of(data, 1), data.Leaves[1], 1);
        Assert.False((await chain.SendAsync(chain.Compensations, guilty)).IsSuccess);

        // Fee 65, a tenth of it (rounded down) the sequencer's, three of four layers.
        Bytes32 claim = CompensationsContract.ClaimId(batch.Hash, 0, 1);
        Assert.Equal((UInt128)(59 * 3 / 4), await chain.Compensations.GetLostAsync(claim, BlockTag.Latest, default));
        await chain.SkipAsync(open.PayableFrom - open.ClaimUntil + FaultChain.Parameters.Window);
        Assert.True((await chain.SendAsync(chain.Compensations, chain.Compensations.Pay(claim))).IsSuccess);
        Assert.True((await chain.SendAsync(chain.Compensations, chain.Compensations.Close(1))).IsSuccess);
        Assert.Equal((UInt128)(59 * 3 / 4), (await chain.Compensations.GetCaseAsync(1, BlockTag.Latest, default))!.Paid);
        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task ShowPosted_PromisedAnswer_ClearsItsSequencer()
    {
        string snapshot = await chain.SnapshotAsync();
        World world = await chain.NewWorldAsync();
        (BatchHeader header, BatchData data) = world.Build(world.Draft(nonce: 1), world.Draft(nonce: 2));
        PostedBatchRef batch = await chain.PostAsync(header);
        QueryReceipt posted = data.Leaves[1].Receipt;
        Signed<AnswerReceipt> promise = world.Domain.Sign(
            new AnswerReceipt(posted.JobId, posted.TokensRoot, posted.Fee, World.PostedAt + 5), World.Sequencer);
        await chain.SkipAsync(10);
        UInt128 bond = await chain.Answers.GetBondAsync(World.Sequencer.Address, BlockTag.Latest, default);

        Assert.True((await chain.SendAsync(chain.Answers, chain.Answers.ChallengeAnswer(promise), bond)).IsSuccess);
        Assert.Equal([1ul], await chain.Answers.GetOpenAsync(World.Sequencer.Address, 0, 9, BlockTag.Latest, default));
        Assert.False((await chain.SendAsync(chain.Answers, chain.Answers.ShowPosted(1, batch, LeafOpening.Of(data, 0)))).IsSuccess);
        Assert.True((await chain.SendAsync(chain.Answers, chain.Answers.ShowPosted(1, batch, LeafOpening.Of(data, 1)))).IsSuccess);

        AnswerChallenge challenge = await chain.Answers.GetAsync(1, BlockTag.Latest, default);
        Assert.Equal((ChallengeState.Answered, posted.JobId, World.Sequencer.Address), (challenge.State, challenge.JobId, challenge.Sequencer));
        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public async Task ChallengeRow_NobodyAnswers_SuspendsTheModel()
    {
        string snapshot = await chain.SnapshotAsync();
        UInt128 bond = await chain.Weights.GetBondAsync(chain.ModelId, BlockTag.Latest, default);
        Assert.True((await chain.SendAsync(chain.Weights, chain.Weights.ChallengeRow(chain.ModelId, FaultChain.Shape, 1, 999, 0), bond)).IsSuccess);
        Assert.Equal([1ul], await chain.Weights.GetOpenAsync(chain.ModelId, 0, 9, BlockTag.Latest, default));
        byte[] answer = chain.Weights.AnswerRow(1, FaultChain.Shape, new byte[68], [Bytes32.Zero]);
        Assert.False((await chain.SendAsync(chain.Weights, answer)).IsSuccess);
        await chain.SkipAsync(FaultChain.Parameters.ResponseWindow);

        Assert.True((await chain.SendAsync(chain.Weights, chain.Weights.Timeout(1))).IsSuccess);

        WeightChallenge challenge = await chain.Weights.GetAsync(1, BlockTag.Latest, default);
        Assert.Equal((ChallengeState.Convicted, 1u, 999u, 0u), (challenge.State, challenge.TensorId, challenge.Row, challenge.Page));
        Assert.True(await chain.IsSuspendedAsync());
        await chain.RevertAsync(snapshot);
    }

    [Fact]
    public void For_EveryFaultOfABatch_HasARemedyOrAReason()
    {
        World world = new();
        (BatchHeader header, BatchData data) = world.Build(world.Draft(nonce: 1));
        FaultRemedies remedies = new(new PostedBatchRef(1, world.Hash(), header), data, world.Context(data.Quotes.Length), FaultChain.Config);

        foreach (BatchFault fault in Enum.GetValues<BatchFault>().Where(f => f != BatchFault.LeafInvalid))
        {
            FaultRemedy remedy = remedies.For(new BatchFinding(fault, null, null, "", ""));
            Assert.True(remedy is not NoRemedy none || none.Reason.Length > 10, $"{fault}");
        }
    }

    private async Task PlantAsync(LeafFault fault, World world, Draft draft)
    {
        switch (fault)
        {
            case LeafFault.SlotModelMismatch:
                RunOn(draft, chain.KeyOf(FaultChain.OtherModelSlot), FaultChain.OtherKey);
                break;
            case LeafFault.LayersNotContiguous:
                RunOn(draft, chain.KeyOf(FaultChain.GapSlot), FaultChain.GapKey);
                break;
            case LeafFault.Overdraft:
                draft.Request = draft.Request with { PromptPrice = 400_000, MaxFee = 2_000_000, CumulativeMax = 5_000_000 };
                break;
            default:
                FaultPlants.Plant(fault, world, draft);
                break;
        }

        // What was before the batch is the chain's: a batch of nothing but this state goes first.
        if (world.Parent.Root != AccountTree.Empty.Root)
        {
            (BatchHeader header, _) = world.Build(world.Draft(nonce: 1));
            await chain.PostAsync(header with { StateRoot = world.Parent.Root }, World.PostedAt - 1);
        }
    }

    private static void RunOn(Draft draft, SlotKey key, PrivateKey signer)
    {
        draft.Receipt = (i, r) => i == 1 ? r with { Slot = key.SlotId } : r;
        draft.Quote = (i, q) => i == 1 ? q with { SigningKey = key.SigningKey, EncryptionKey = key.EncryptionKey } : q;
        draft.ShardSigners[1] = signer;
    }

    private static Draft Long(World world, ulong nonce, int prompt, int output, FinishReason finish)
    {
        Draft draft = world.Draft(nonce);
        if (finish == FinishReason.Void)
        {
            draft.Finish = finish;
            return draft;
        }

        draft.Tokens = [.. Enumerable.Range(0, prompt + output).Select(i => 100 + ((uint)i * 7 % 800))];
        draft.Request = draft.Request with
        {
            PromptTokens = (uint)prompt,
            PromptTokensRoot = TokenCommitment.Root(draft.Tokens.AsSpan(0, prompt)),
            MaxOutputTokens = (uint)output,
            MaxFee = 1_000_000,
        };
        draft.Finish = finish;
        if (finish == FinishReason.Stop)
            draft.Tokens[^1] = World.StopToken;
        if (finish == FinishReason.Cancelled)
            draft.Cancel = c => c;
        return draft;
    }

    // One job of every finish, a sealed one, and one of many pages.
    private static IEnumerable<Draft> Honest(World world)
    {
        yield return world.Draft(nonce: 1);
        Draft length = world.Draft(nonce: 2).EndWithoutStop(FinishReason.Length);
        length.Request = length.Request with { MaxOutputTokens = 4 };
        yield return length;
        Draft cancelled = world.Draft(nonce: 3).EndWithoutStop(FinishReason.Cancelled);
        cancelled.Cancel = c => c;
        yield return cancelled;
        Draft isVoid = world.Draft(nonce: 4);
        isVoid.Finish = FinishReason.Void;
        yield return isVoid;
        Draft isSealed = world.Draft(nonce: 5);
        isSealed.Request = isSealed.Request with { Privacy = PrivacyMode.Sealed };
        isSealed.Leaf = leaf => leaf with { Tokens = FaultPlants.Sealed(isSealed.Tokens.Length) };
        yield return isSealed;
        yield return Long(world, 6, 5_000, 3_000, FinishReason.Length);
    }

    // Every finding that could be pretended of a leaf.
    private static IEnumerable<(int Leaf, LeafFinding Finding)> Pretended(BatchData data)
    {
        LeafFault[] ofShards =
        [
            LeafFault.ShardReceiptHashMismatch, LeafFault.ShardJobIdMismatch, LeafFault.ShardPositionsMismatch, LeafFault.ShardTokensRootMismatch,
            LeafFault.SlotUnknown, LeafFault.SlotModelMismatch, LeafFault.SlotOperatorMismatch, LeafFault.ShardSignatureInvalid, LeafFault.PostBeforePassed,
            LeafFault.QuoteIndexOutOfRange, LeafFault.QuoteRecordMismatch, LeafFault.ExecutionProofInvalid,
        ];
        for (int i = 0; i < data.Leaves.Length; i++)
        {
            foreach (LeafFault fault in Enum.GetValues<LeafFault>())
            {
                bool needsCancel = fault is LeafFault.CancelHashMismatch or LeafFault.CancelJobMismatch or LeafFault.CancelCountMismatch or LeafFault.CancelSignerInvalid
                    or LeafFault.CancelUnexpected;
                bool isVoid = data.Leaves[i].Receipt.Finish == FinishReason.Void;
                if (ofShards.Contains(fault) || fault is LeafFault.LeafListLengthMismatch or LeafFault.TraceRootMismatch)
                {
                    for (int part = 0; part < data.Leaves[i].Shards.Length; part++)
                        yield return (i, new LeafFinding(fault, part, "", ""));
                }
                else if ((!needsCancel || data.Leaves[i].Cancel is not null) && !(isVoid && fault is LeafFault.SealedTokensMalformed or LeafFault.PromptTokensRootMismatch
                    or LeafFault.StopTokenMissing))
                {
                    yield return (i, new LeafFinding(fault, null, "", ""));
                }
            }
        }
    }

    private async Task AssertConvictsAsync(FaultProof proof, PostedBatchRef batch)
    {
        UInt128 before = await chain.StakeAsync();
        TransactionOutcome outcome = await chain.SendAsync(chain.Faults, chain.Faults.Convict(proof));
        Assert.True(outcome.IsSuccess, $"{proof.Judge}.{proof.Function}: {ContractError.Describe(outcome.RevertData.Span)}");
        FaultProven? proven = null;
        Assert.Contains(outcome.Receipt!.Logs, log => FaultProven.TryDecode(log, out proven));
        Assert.Equal((batch.Hash, World.Sequencer.Address, World.Stranger.Address), (proven!.BatchHash, proven.Poster, proven.Winner));
        Assert.True(proven.Taken > 0);
        Assert.Equal(before - proven.Taken, await chain.StakeAsync());
        Assert.Equal(proven.IsRolledBack ? BatchStatus.RolledBack : BatchStatus.Open, await chain.StatusAsync(batch));
        // Once is enough: the leaf is known, or its batch has fallen.
        Assert.NotEqual("", await RefusalAsync(proof));
    }

    private async Task AssertUnanswerableAsync(DataChallengeRemedy demand, PostedBatchRef batch, BatchData data)
    {
        ChunkPlace place = demand.Places[0];
        ulong id = await ChallengeAsync(batch, data, place);
        if (Answer(batch, data, place) is { } answer)
        {
            TransactionOutcome outcome = await chain.SendAsync(chain.Data, chain.Data.Answer(id, answer));
            Assert.False(outcome.IsSuccess, $"{place} was answered with what was published.");
        }

        await chain.SkipAsync(FaultChain.Parameters.ResponseWindow);
        TransactionOutcome timeout = await chain.SendAsync(chain.Data, chain.Data.Timeout(id));
        Assert.True(timeout.IsSuccess, ContractError.Describe(timeout.RevertData.Span));
        Assert.Equal(ChallengeState.Convicted, (await chain.ChallengeAsync(id)).State);
        Assert.Equal(BatchStatus.RolledBack, await chain.StatusAsync(batch));
    }

    private static ChunkAnswer? Answer(PostedBatchRef batch, BatchData data, ChunkPlace place)
    {
        try
        {
            return new ChunkAnswers(batch, data).For(place);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private async Task<ulong> ChallengeAsync(PostedBatchRef batch, BatchData data, ChunkPlace place)
    {
        LeafOpening? leaf = place.Leaf == ItemKey.NoLeaf ? null : LeafOpening.Of(data, (int)place.Leaf);
        TransactionOutcome outcome = await chain.SendAsync(chain.Data, chain.Data.Challenge(batch, place, leaf), await chain.DataBondAsync());
        Assert.True(outcome.IsSuccess, $"{place}: {ContractError.Describe(outcome.RevertData.Span)}");
        return await chain.CountChallengesAsync();
    }

    private async Task<string> RefusalAsync(FaultProof proof)
    {
        TransactionOutcome outcome = await chain.SendAsync(chain.Faults, chain.Faults.Convict(proof));
        Assert.False(outcome.IsSuccess, $"{proof.Judge}.{proof.Function} convicted.");
        return ContractError.Describe(outcome.RevertData.Span);
    }
}
