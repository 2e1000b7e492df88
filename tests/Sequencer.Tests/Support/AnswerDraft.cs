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
        Bytes32[] leaves = [.. Enumerable.Range(0, Tokens.Length - 1).Select(p => Keccak256.Hash([(byte)slot.SlotId, (byte)p]))];
        ShardReceipt receipt = new(
            Domain.Digest(Request.Message), slot.SlotId, slot.Operator, Epoch, (uint)leaves.Length, TokensRoot, TraceCommitment.Root(leaves), PostBefore);
        return new ShardResult
        {
            Receipt = Domain.Sign(receipt, key).ToWire(),
            Leaves = ByteString.CopyFrom([.. leaves.SelectMany(leaf => leaf.ToArray())]),
        };
    }
}
