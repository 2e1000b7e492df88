using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Tests.Support;

/// <summary>Every fault of a leaf, as a change of an honest job that breaks this rule and no other.</summary>
internal static class FaultPlants
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
            d.Receipt = (_, receipt) => receipt with { Epoch = w.Keys[0].ValidFrom + 5 };
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

    /// <summary>Plants a fault in a draft.</summary>
    public static void Plant(LeafFault fault, World world, Draft draft) => s_plants[fault](world, draft);

    // The form of a sealed job's data with one wrap; what is in it cannot be seen here.
    public static byte[] Sealed(int tokens) =>
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
