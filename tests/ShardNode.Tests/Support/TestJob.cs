using TeeTee.Ethereum;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>A signed request with its prompt.</summary>
internal sealed record TestJob(Signed<JobRequest> Signed, uint[] Prompt)
{
    private static long s_nonce;

    public static PrivateKey User { get; } = PrivateKey.Generate();

    public byte[]? Sealed { get; init; }

    public ulong? PostBefore { get; init; }

    public Bytes32 JobId => Cluster.Domain.Digest(Signed.Message);

    public SamplingParameters Sampling => new(
        Signed.Message.Sampling.Greedy, Signed.Message.Sampling.InverseTemperatureBits, Signed.Message.Sampling.Seed);

    public static TestJob Create(uint[] prompt, uint maxOutput, Func<JobRequest, JobRequest>? change = null, PrivateKey? signer = null)
    {
        JobRequest request = new()
        {
            User = User.Address,
            Sequencer = Address.Parse("0x00000000000000000000000000000000000000e1"),
            Nonce = (ulong)Interlocked.Increment(ref s_nonce),
            ModelId = TestModel.Id,
            PromptTokensRoot = TokenCommitment.Root(prompt),
            PromptTokens = (uint)prompt.Length,
            MaxOutputTokens = maxOutput,
            StopTokens = [],
            Sampling = Rollup.Messages.Sampling.GreedyPick,
            PromptPrice = 1,
            OutputPrice = 2,
            MaxFee = 1_000_000,
            CumulativeMax = 1_000_000_000,
            Deadline = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1_000_000_000,
            Payment = PaymentKind.Credits,
            Privacy = PrivacyMode.Public,
        };
        request = change?.Invoke(request) ?? request;
        return new TestJob(Cluster.Domain.Sign(request, signer ?? User), prompt);
    }

    public static Rollup.Messages.Sampling Warm(byte seed) =>
        new(false, BitConverter.SingleToUInt32Bits(0.8f), 0, Keccak256.Hash([seed]));
}
