using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Tests.Support;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Tests.Verification;

/// <summary>Plants each fault in the second leaf of an honest batch and demands that exactly this fault is found, there.</summary>
public sealed class LeafFaultTests
{
    private static readonly Dictionary<LeafFault, Action<World, Draft>> s_plants = new()
    {
        [LeafFault.JobIdMismatch] = (w, d) => d.ChangeReceipt(r => r with { JobId = w.Hash() }),
        [LeafFault.RequestHashMismatch] = (w, d) => d.ChangeReceipt(r => r with { RequestHash = w.Hash() }),
        [LeafFault.ModelUnknown] = (w, d) => d.Request = d.Request with { ModelId = w.Hash() },
        [LeafFault.RequestRuleBroken] = (w, d) => d.Request = d.Request with { Sampling = d.Request.Sampling with { TopK = 1 } },
        [LeafFault.RequestSignerInvalid] = (w, d) => d.RequestSigner = World.Stranger,
        [LeafFault.SequencerMismatch] = (w, d) => d.Request = d.Request with { Sequencer = w.NewAddress() },
        [LeafFault.ShardCountWrong] = (w, d) => d.Leaf = leaf => leaf with { LeafLists = leaf.LeafLists[..1] },
        [LeafFault.ShardReceiptHashMismatch] = (w, d) => d.ChangeReceipt(r => r with { ShardReceiptHashes = [r.ShardReceiptHashes[0], w.Hash()] }),
        [LeafFault.ShardJobIdMismatch] = (w, d) => Second(d, r => r with { JobId = w.Hash() }),
        [LeafFault.ShardPositionsMismatch] = (w, d) => Second(d, r => r with { Positions = r.Positions + 1 }),
        [LeafFault.ShardTokensRootMismatch] = (w, d) => Second(d, r => r with { TokensRoot = w.Hash() }),
        [LeafFault.SlotUnknown] = (w, d) => Second(d, r => r with { Slot = 8 }),
        [LeafFault.SlotModelMismatch] = (w, d) => ChangeSlot(w, s => s with { SlotId = 10, ModelId = w.Hash() }, d),
        [LeafFault.SlotOperatorMismatch] = (w, d) => Second(d, r => r with { Operator = w.NewAddress() }),
        [LeafFault.LayersNotContiguous] = (w, d) => ChangeSlot(w, s => s with { SlotId = 10, FirstLayer = 2 }, d),
        [LeafFault.ShardSignatureInvalid] = (w, d) => d.ShardSigners[1] = World.Stranger,
        [LeafFault.PostBeforePassed] = (w, d) => Second(d, r => r with { PostBefore = World.PostedAt }),
        [LeafFault.QuoteIndexOutOfRange] = (w, d) =>
            d.Leaf = leaf => leaf with { Shards = [leaf.Shards[0], leaf.Shards[1] with { QuoteIndex = 4 }] },
        [LeafFault.QuoteRecordMismatch] = (w, d) => d.Quote = (i, q) => i == 1 ? q with { Epoch = q.Epoch + 1 } : q,
        [LeafFault.ExecutionProofInvalid] = (w, d) => d.Quote = (i, q) => i == 1 ? q with { ExecutionRoot = w.Hash() } : q,
        [LeafFault.PromptTokensMismatch] = (w, d) =>
        {
            d.Tokens = [.. d.Tokens, World.StopToken];
            d.ChangeReceipt(r => r with { PromptTokens = r.PromptTokens + 1, OutputTokens = r.OutputTokens - 1, Fee = r.Fee - 11 });
        },
        [LeafFault.OutputTokensOutOfRange] = (w, d) => d.Request = d.Request with { MaxOutputTokens = 3 },
        [LeafFault.StopTokenMissing] = (w, d) => d.EndWithoutStop(FinishReason.Stop),
        [LeafFault.StopTokenIgnored] = (w, d) => d.Tokens[4] = 77,
        [LeafFault.LengthMismatch] = (w, d) => d.EndWithoutStop(FinishReason.Length),
        [LeafFault.CancelMissing] = (w, d) => d.EndWithoutStop(FinishReason.Cancelled),
        [LeafFault.CancelUnexpected] = (w, d) => d.Cancel = c => c,
        [LeafFault.CancelHashMismatch] = (w, d) =>
        {
            d.EndWithoutStop(FinishReason.Cancelled).Cancel = c => c;
            d.ChangeReceipt(r => r with { CancelHash = w.Hash() });
        },
        [LeafFault.CancelJobMismatch] = (w, d) => d.EndWithoutStop(FinishReason.Cancelled).Cancel = c => c with { JobId = w.Hash() },
        [LeafFault.CancelCountMismatch] = (w, d) => d.EndWithoutStop(FinishReason.Cancelled).Cancel = c => c with { OutputTokens = 3 },
        [LeafFault.CancelSignerInvalid] = (w, d) =>
        {
            d.EndWithoutStop(FinishReason.Cancelled).Cancel = c => c;
            d.CancelSigner = World.Stranger;
        },
        [LeafFault.SealedTokensMalformed] = (w, d) =>
        {
            d.Request = d.Request with { Privacy = PrivacyMode.Sealed };
            d.Leaf = leaf => leaf with { Tokens = Sealed(d.Tokens.Length - 1) };
        },
        [LeafFault.FeeMismatch] = (w, d) => d.ChangeReceipt(r => r with { Fee = r.Fee + 1 }),
        [LeafFault.VoidNotEmpty] = (w, d) =>
        {
            d.Finish = FinishReason.Void;
            d.ChangeReceipt(r => r with { Fee = 1 });
        },
        [LeafFault.TokensLengthMismatch] = (w, d) => d.Leaf = leaf => leaf with { Tokens = leaf.Tokens[..^4] },
        [LeafFault.TokensRootMismatch] = (w, d) => d.Leaf = leaf => leaf with { Tokens = World.Ids([11, 12, 13, 14, 15, 99, World.StopToken]) },
        [LeafFault.PromptTokensRootMismatch] = (w, d) => d.Tokens[1] = 99,
        [LeafFault.TokenOutOfRange] = (w, d) => d.Tokens[4] = 1000,
        [LeafFault.LeafListLengthMismatch] = (w, d) => d.Leaf = leaf => leaf with { LeafLists = [leaf.LeafLists[0][..^32], leaf.LeafLists[1]] },
        [LeafFault.TraceRootMismatch] = (w, d) => Second(d, r => r with { TraceRoot = w.Hash() }),
        [LeafFault.NonceNotIncreasing] = (w, d) =>
        {
            d.Request = d.Request with { Nonce = 1 };
            d.Receipt = (_, receipt) => receipt with { Epoch = 15 };
        },
        [LeafFault.CumulativeMaxExceeded] = (w, d) => d.Request = d.Request with { CumulativeMax = (2 * Fee) - 1 },
        [LeafFault.Overdraft] = (w, d) =>
            w.View = w.View with { CreditsOf = w.View.CreditsOf.SetItem(World.User.Address, (2 * Fee) - 1) },
        [LeafFault.EarningsExceeded] = (w, d) =>
        {
            d.Request = d.Request with { Payment = PaymentKind.Earnings };
            w.View = w.View with { SpendableEarningsOf = w.View.SpendableEarningsOf.SetItem(World.User.Address, Fee - 1) };
        },
        [LeafFault.AmountOverflow] = (w, d) =>
            w.Parent = w.Parent.Set(Account.New(w.Slots[1].Operator) with { Earned = UInt128.MaxValue - 60 }),
        [LeafFault.StateRootMismatch] = (w, d) => d.Last = leaf => leaf with { Receipt = leaf.Receipt with { StateRootAfter = w.Hash() } },
    };

    // 3 prompt tokens at 7 wei, 4 output tokens at 11.
    private static UInt128 Fee => 65;

    public static TheoryData<LeafFault> Faults => [.. Enum.GetValues<LeafFault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Check_PlantedFault_FindsExactlyIt(LeafFault fault)
    {
        World world = new();
        Draft planted = world.Draft(nonce: 2);
        s_plants[fault](world, planted);
        (BatchHeader header, var data) = world.Build(world.Draft(nonce: 1), planted);

        BatchJudgement judgement = BatchRules.Check(header, data, world.Context(data.Quotes.Length));

        BatchFinding finding = Assert.Single(judgement.Findings);
        Assert.Equal(BatchFault.LeafInvalid, finding.Fault);
        Assert.Equal(1u, finding.Leaf);
        Assert.Equal(fault, finding.LeafFinding!.Fault);
        Assert.NotEqual(finding.Expected, finding.Actual);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void TryAdd_PlantedFault_IsRefusedOrMadeGood(LeafFault fault)
    {
        World world = new();
        Draft planted = world.Draft(nonce: 2);
        s_plants[fault](world, planted);
        var builder = new TeeTee.Rollup.Batches.BatchBuilder(world.Context(0));
        builder.TryAdd(world.Answer(world.Draft(nonce: 1)));
        builder.TryAdd(world.Answer(planted));

        var batch = builder.Build();

        Assert.Empty(BatchRules.Check(batch.Header, batch.Data, world.Context(batch.Data.Quotes.Length)).Findings);
    }

    [Theory]
    [InlineData(FinishReason.Stop)]
    [InlineData(FinishReason.Length)]
    [InlineData(FinishReason.Cancelled)]
    [InlineData(FinishReason.Void)]
    public void Check_HonestLeafOfEveryFinish_FindsNothing(FinishReason finish)
    {
        World world = new();
        Draft draft = world.Draft(nonce: 2);
        if (finish is FinishReason.Length or FinishReason.Cancelled)
            draft.EndWithoutStop(finish);
        draft.Finish = finish;
        if (finish == FinishReason.Cancelled)
            draft.Cancel = c => c;
        if (finish == FinishReason.Length)
            draft.Request = draft.Request with { MaxOutputTokens = 4 };
        (BatchHeader header, var data) = world.Build(world.Draft(nonce: 1), draft);

        BatchJudgement judgement = BatchRules.Check(header, data, world.Context(data.Quotes.Length));

        Assert.Empty(judgement.Findings);
        Assert.Equal(header.StateRoot, judgement.StateAfter!.Root);
    }

    [Fact]
    public void Check_SealedJob_JudgesAllButItsTokens()
    {
        World world = new();
        Draft draft = world.Draft(nonce: 1);
        draft.Request = draft.Request with { Privacy = PrivacyMode.Sealed };
        draft.Leaf = leaf => leaf with { Tokens = Sealed(draft.Tokens.Length) };
        (BatchHeader header, var data) = world.Build(draft);

        Assert.Empty(BatchRules.Check(header, data, world.Context(data.Quotes.Length)).Findings);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(157)]
    public void Check_SealedJobOfAnotherForm_NamesTheForm(int bytes)
    {
        World world = new();
        Draft draft = world.Draft(nonce: 1);
        draft.Request = draft.Request with { Privacy = PrivacyMode.Sealed };
        draft.Leaf = leaf => leaf with { Tokens = Sealed(draft.Tokens.Length)[..bytes] };
        (BatchHeader header, var data) = world.Build(draft);

        BatchFinding finding = Assert.Single(BatchRules.Check(header, data, world.Context(data.Quotes.Length)).Findings);
        Assert.Equal(LeafFault.SealedTokensMalformed, finding.LeafFinding!.Fault);
    }

    [Fact]
    public void OpenedFault_TokensOfASealedJob_AreJudgedLikePublicOnes()
    {
        World world = new();
        Draft draft = world.Draft(nonce: 1);
        var leaf = world.Build(draft).Data.Leaves[0];

        Assert.Null(LeafRules.OpenedFault(leaf, world.Model, draft.Tokens));
        Assert.Equal(LeafFault.TokenOutOfRange, LeafRules.OpenedFault(leaf, world.Model, [.. draft.Tokens[..3], 1000, .. draft.Tokens[4..]])?.Fault);
        Assert.Equal(LeafFault.StopTokenIgnored, LeafRules.OpenedFault(leaf, world.Model, [.. draft.Tokens[..3], 77, .. draft.Tokens[4..]])?.Fault);
        Assert.Equal(LeafFault.StopTokenMissing, LeafRules.OpenedFault(leaf, world.Model, [.. draft.Tokens[..^1], 17])?.Fault);
    }

    [Theory]
    [InlineData(1_000_000, 0, World.PostedAt, false)]
    [InlineData(1_000_000, 0, World.PostedAt + 1, true)]
    [InlineData(999_999, 0, World.PostedAt + 1, false)]
    [InlineData(1_000_000, World.PostedAt, World.PostedAt + 1, false)]
    public void Check_SignedBySessionKey_FollowsTheSession(ulong cap, ulong revokedAt, ulong expiresAt, bool isAllowed)
    {
        World world = new();
        var grant = new TeeTee.Rollup.Requests.SessionGrant(World.User.Address, World.Stranger.Address, cap, expiresAt, revokedAt);
        world.View = world.View with { Sessions = world.View.Sessions.Add((grant.User, grant.Key), grant) };
        Draft draft = world.Draft(nonce: 1);
        draft.RequestSigner = World.Stranger;
        (BatchHeader header, var data) = world.Build(draft);

        var faults = BatchRules.Check(header, data, world.Context(data.Quotes.Length)).Findings.Select(f => f.LeafFinding?.Fault);

        Assert.Equal(isAllowed ? [] : [LeafFault.RequestSignerInvalid], faults.OfType<LeafFault>());
    }

    // The form of a sealed job's data with one wrap; what is in it cannot be seen here.
    private static byte[] Sealed(int tokens) =>
        [.. SealedFrame.EncodeHeader([new KeyWrap(Keccak256.Hash([1]), new byte[KeyWrap.MessageSize])]), .. new byte[(tokens * 4) + SealedFrame.TagSize]];

    private static void Second(Draft draft, Func<ShardReceipt, ShardReceipt> change) =>
        draft.Receipt = (i, receipt) => i == 1 ? change(receipt) : receipt;

    // A second slot of the same operator and key as slot 9, which the planted job runs on.
    private static void ChangeSlot(World world, Func<Slot, Slot> change, Draft draft)
    {
        Slot slot = change(world.Slots[1]);
        world.View = world.View with
        {
            Slots = world.View.Slots.Add(slot.SlotId, slot),
            SlotKeys = world.View.SlotKeys.Add(slot.SlotId, [world.Keys[1] with { SlotId = slot.SlotId }]),
        };
        Second(draft, r => r with { Slot = slot.SlotId });
    }
}
