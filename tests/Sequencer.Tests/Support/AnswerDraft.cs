using Google.Protobuf;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using CancelJob = TeeTee.Rollup.Messages.CancelJob;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>An answer on its way to being signed by every shard.</summary>
internal sealed class AnswerDraft
{
    public AnswerDraft(Signed<JobRequest> request, uint[] prompt, uint[] output, Finish finish, ulong postBefore)
    {
        (Request, Finish, OutputTokens) = (request, finish, (uint)output.Length);
        Tokens = [.. prompt, .. output];
        TokensRoot = TokenCommitment.Root(Tokens);
        PostBefore = postBefore;
    }

    public Signed<JobRequest> Request { get; }

    public Finish Finish { get; set; }

    public uint OutputTokens { get; set; }

    public uint[] Tokens { get; set; }

    /// <summary>The wraps of a sealed job's input; null for a public one.</summary>
    public byte[]? SealedHeader { get; set; }

    public Bytes32 TokensRoot { get; set; }

    public ulong PostBefore { get; set; }

    public ulong Epoch { get; set; } = TestWorld.Now / TestWorld.Parameters.EpochSeconds;

    public Signed<CancelJob>? Cancel { get; set; }

    public IReadOnlyList<Slot> Slots { get; set; } = TestWorld.Slots;

    public IReadOnlyList<PrivateKey> Keys { get; set; } = TestWorld.ShardKeys;

    public RollupDomain Domain { get; set; } = TestWorld.Domain;

    /// <summary>Changes what a slot commits to at a position.</summary>
    public Func<Slot, int, LeafOpening, LeafOpening>? Opening { get; set; }

    public JobFinished Build()
    {
        JobFinished finished = new()
        {
            Finish = Finish,
            PromptTokens = Request.Message.PromptTokens,
            OutputTokens = OutputTokens,
            TokensRoot = TokensRoot.ToWire(),
            Tokens = ByteString.CopyFrom(SealedHeader is { } header ? [.. header, .. new byte[(Tokens.Length * 4) + SealedFrame.TagSize]] : Ids(Tokens)),
            Cancel = Cancel?.ToWire(),
        };
        finished.Shards.AddRange(Slots.Zip(Keys).Select(p => Result(p.First, p.Second)));
        return finished;
    }

    public static byte[] Ids(IEnumerable<uint> tokens) => [.. tokens.SelectMany(BitConverter.GetBytes)];

    private ShardResult Result(Slot slot, PrivateKey key)
    {
        LeafOpening[] openings = [.. Enumerable.Range(0, Tokens.Length - 1).Select(p => Open(slot, p))];
        Bytes32[] leaves = [.. openings.Select((opening, p) => opening.LeafOf((uint)p))];
        ShardReceipt receipt = new(
            Domain.Digest(Request.Message), slot.SlotId, slot.Operator, Epoch, (uint)leaves.Length, TokensRoot, TraceCommitment.Root(leaves), PostBefore);
        return new ShardResult
        {
            Receipt = Domain.Sign(receipt, key).ToWire(),
            Leaves = ByteString.CopyFrom([.. leaves.SelectMany(leaf => leaf.ToArray())]),
            Openings = ByteString.CopyFrom(TraceOpenings.Encode(openings)),
        };
    }

    // Boundaries are named by the number of layers above them, so that those of neighbours meet.
    private LeafOpening Open(Slot slot, int position)
    {
        static Bytes32 Root(string what, uint number, int position) => Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes($"{what} {number} {position}"));
        LeafOpening honest = new(
            Root("boundary", slot.FirstLayer, position), Root("boundary", slot.FirstLayer + slot.LayerCount, position), Root("kv", slot.SlotId, position));
        return Opening?.Invoke(slot, position, honest) ?? honest;
    }
}
