using TeeTee.Attestation.Encryption;
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

    /// <summary>The key of a sealed job.</summary>
    public byte[]? DataKey { get; init; }

    public ulong? PostBefore { get; init; }

    public Bytes32 JobId => Cluster.Domain.Digest(Signed.Message);

    public SamplingParameters Sampling => new(
        Signed.Message.Sampling.Greedy, Signed.Message.Sampling.InverseTemperatureBits, Signed.Message.Sampling.Seed);

    public SealedBinding Binding => new(JobId, Signed.Message.User, Signed.Message.Nonce, Signed.Message.ModelId);

    /// <summary>A sealed job of a client that has not yet sealed it.</summary>
    public static TestJob CreateSealed(uint[] prompt, uint maxOutput, byte[]? dataKey = null, Func<JobRequest, JobRequest>? change = null)
    {
        using DataKey key = dataKey is null ? Attestation.Encryption.DataKey.Generate() : Attestation.Encryption.DataKey.From(dataKey);
        return Create(prompt, maxOutput, r =>
        {
            r = change?.Invoke(r) ?? r;
            return r with { Privacy = PrivacyMode.Sealed, PromptTokensRoot = TokenCommitment.Root(prompt, key.PromptSaltsOf(r.User, r.Nonce, r.ModelId).PromptTokens) };
        }) with { DataKey = key.ToArray() };
    }

    /// <summary>The job as it is sent: sealed to slot 0 and to auditors.</summary>
    public TestJob SealTo(out SealedExchange client, params Bytes32[] recipients)
    {
        client = SealedExchange.Seal(Attestation.Encryption.DataKey.From(DataKey!), Binding, recipients, Prompt, out byte[] input);
        return this with { Sealed = input };
    }

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
