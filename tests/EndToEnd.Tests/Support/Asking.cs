using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.EndToEnd.Tests;

/// <summary>A request that a test may bend before it is signed and sent.</summary>
internal sealed record Asking(RollupDomain Domain, JobRequest Request, uint[] Tokens, PrivateKey Signer)
{
    /// <summary>Its digest.</summary>
    public Bytes32 JobId => Domain.Digest(Request);

    public static Asking Create(NodeInfo node, ModelInfo model, PrivateKey user, AccountInfo account, uint[] tokens, uint outputTokens)
    {
        UInt128 fee = ((UInt128)tokens.Length * model.PromptPrice) + ((UInt128)outputTokens * model.OutputPrice);
        JobRequest request = new()
        {
            User = user.Address,
            Sequencer = node.Sequencer,
            Nonce = account.Nonce + 1,
            ModelId = model.ModelId,
            PromptTokensRoot = TokenCommitment.Root(tokens),
            PromptTokens = (uint)tokens.Length,
            MaxOutputTokens = outputTokens,
            StopTokens = [],
            Sampling = Sampling.GreedyPick,
            PromptPrice = model.PromptPrice,
            OutputPrice = model.OutputPrice,
            MaxFee = fee,
            CumulativeMax = account.Spent + account.Held + fee,
            Deadline = (ulong)DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds(),
            Payment = PaymentKind.Credits,
            Privacy = PrivacyMode.Public,
        };
        return new Asking(new RollupDomain(node.ChainId, node.Rollup), request, tokens, user);
    }

    /// <summary>The body to send.</summary>
    public JobSubmission Sign()
    {
        Signed<JobRequest> signed = Domain.Sign(Request, Signer);
        return new JobSubmission(signed.Message, signed.Signature, [.. Tokens]);
    }

    /// <summary>Sends it and reads the whole answer; <paramref name="onToken"/> hears how many tokens came so far.</summary>
    public async Task<(IReadOnlyList<uint> Tokens, JobEvent Last)> RunAsync(HttpJobClient jobs, Action<int>? onToken = null)
    {
        List<uint> tokens = [];
        JobEvent? last = null;
        using CancellationTokenSource limit = new(Limits.Patience);
        await foreach (JobEvent item in jobs.SubmitAsync(Sign(), limit.Token))
        {
            last = item;
            if (item is not JobTokens { Tokens: { } some })
                continue;
            tokens.AddRange(some);
            onToken?.Invoke(tokens.Count);
        }
        return (tokens, last!);
    }
}
