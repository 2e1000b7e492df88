using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>Keys, a model over two slots, and requests that fit them.</summary>
internal static class TestWorld
{
    public const uint StopToken = 2;
    public const uint Vocabulary = 1000;
    public const uint Context = 64;
    public const uint PromptPrice = 7;
    public const uint OutputPrice = 11;

    private static readonly ulong s_deadline = Now + 3600;

    public static PrivateKey User { get; } = Key(1);

    public static PrivateKey Stranger { get; } = Key(2);

    public static PrivateKey Sequencer { get; } = Key(3);

    public static ImmutableArray<PrivateKey> ShardKeys { get; } = [Key(4), Key(5)];

    public static Bytes32 ModelId { get; } = Keccak256.Hash("model"u8);

    public static Deployment Deployment { get; } = new(31337, Key(20).Address, Key(21).Address, Key(22).Address, Key(23).Address, 1);

    public static RollupDomain Domain { get; } = Deployment.Domain();

    public static ImmutableArray<Slot> Slots { get; } = [new Slot(7, Key(8).Address, ModelId, 0, 1), new Slot(9, Key(10).Address, ModelId, 1, 3)];

    public static ModelOffer Offer { get; } = new("test-model", ModelId, PromptPrice, OutputPrice);

    public static RollupParameters Parameters { get; } = TestParameters.Ordinary with { PostBeforeHorizon = 400, ExitDelay = 2000 };

    public static ulong Now => (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>A request of the user for three prompt tokens and up to ten more.</summary>
    public static JobRequest Request(ulong nonce, params uint[] prompt)
    {
        uint[] tokens = prompt.Length == 0 ? [11, 12, 13] : prompt;
        return new JobRequest
        {
            User = User.Address,
            Sequencer = Sequencer.Address,
            Nonce = nonce,
            ModelId = ModelId,
            PromptTokensRoot = TokenCommitment.Root(tokens),
            PromptTokens = (uint)tokens.Length,
            MaxOutputTokens = 10,
            StopTokens = [StopToken],
            Sampling = Sampling.GreedyPick,
            PromptPrice = PromptPrice,
            OutputPrice = OutputPrice,
            MaxFee = 500,
            CumulativeMax = 1_000_000,
            Deadline = s_deadline,
            Payment = PaymentKind.Credits,
            Privacy = PrivacyMode.Public,
        };
    }

    public static JobSubmission Submission(JobRequest request, PrivateKey? signer = null, uint resumeFrom = 0) => new(
        request, Domain.Sign(request, signer ?? User).Signature, [.. Prompt(request)], ResumeFrom: resumeFrom);

    /// <summary>A sealed job's submission in the right form; only its form is true.</summary>
    public static JobSubmission SealedSubmission(JobRequest request, uint resumeFrom = 0, int wraps = 2)
    {
        JobRequest closed = request with { Privacy = PrivacyMode.Sealed };
        KeyWrap[] made = [.. Enumerable.Range(0, wraps).Select(i => new KeyWrap(Keccak256.Hash([(byte)i]), new byte[KeyWrap.MessageSize]))];
        byte[] input = [.. SealedFrame.EncodeHeader(made), .. new byte[(closed.PromptTokens * 4) + SealedFrame.TagSize]];
        return Submission(closed, resumeFrom: resumeFrom) with { Tokens = null, Sealed = input };
    }

    /// <summary>What a scripted shard streams for an output of a sealed job.</summary>
    public static byte[] Record(uint token) => [.. BitConverter.GetBytes(~token), .. new byte[SealedFrame.TagSize]];

    /// <summary>The tokens that every test's request of this length has.</summary>
    public static IEnumerable<uint> Prompt(JobRequest request) => Enumerable.Range(11, (int)request.PromptTokens).Select(i => (uint)i);

    public static JobCancellation Cancellation(JobRequest request, uint outputTokens, PrivateKey? signer = null)
    {
        CancelJob cancel = new(Domain.Digest(request), outputTokens);
        return new JobCancellation(cancel, Domain.Sign(cancel, signer ?? User).Signature);
    }

    /// <summary>What the scripted shards answer, the stop token at the end included if it is within the limit.</summary>
    public static uint[] Output(JobRequest request, int stopAt)
    {
        int limit = (int)JobRequestRules.EffectiveOutputLimit(request, Context);
        bool stops = request.StopTokens.Length > 0 && stopAt < limit;
        uint[] output = [.. Enumerable.Range(0, stops ? stopAt + 1 : limit).Select(i => (uint)(100 + (((int)request.Nonce + (i * 7)) % 500)))];
        if (stops)
            output[^1] = request.StopTokens[0];
        return output;
    }

    public static UInt128 Fee(JobRequest request, int outputTokens) => JobRequestRules.Fee(request, (uint)outputTokens)!.Value;

    public static PrivateKey Key(byte last)
    {
        byte[] secret = new byte[32];
        secret[31] = last;
        return new PrivateKey(secret);
    }
}
