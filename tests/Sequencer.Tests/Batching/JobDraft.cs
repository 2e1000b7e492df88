using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Tests.Batching;

/// <summary>A job as it is put into the database, honest unless changed.</summary>
internal sealed record JobDraft(PrivateKey User, ulong Nonce, ulong Now, ulong PostBefore)
{
    public string State { get; init; } = "answered";

    public UInt128 CumulativeMax { get; init; } = 1_000_000;

    public Func<ShardReceipt, ShardReceipt> Receipt { get; init; } = receipt => receipt;

    public JobRequest Request(Bytes32 modelId, uint[] tokens) => new()
    {
        User = User.Address,
        Sequencer = ChainWorld.Sequencer.Address,
        Nonce = Nonce,
        ModelId = modelId,
        PromptTokensRoot = TokenCommitment.Root(tokens.AsSpan(0, 3)),
        PromptTokens = 3,
        MaxOutputTokens = 8,
        StopTokens = [2],
        Sampling = Sampling.GreedyPick,
        PromptPrice = 101,
        OutputPrice = 307,
        MaxFee = 10_000,
        CumulativeMax = CumulativeMax,
        Deadline = Now + 100,
        Payment = PaymentKind.Credits,
        Privacy = PrivacyMode.Public,
    };
}
