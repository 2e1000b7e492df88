using System.Security.Cryptography;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Disputing;

/// <summary>Challenges a quote of a batch on chain and settles the challenge when its time is up. Costs a bond, which a good quote loses.</summary>
/// <remarks>Every step asks the contract first: the same call again challenges nothing twice.</remarks>
public sealed class QuoteChallenger : IDisposable
{
    private readonly ChainEndpoint _endpoint;
    private readonly Deployment _deployment;
    private readonly TransactionSender _sender;

    /// <param name="chainUrl">JSON-RPC of the chain.</param>
    /// <param name="deployment">The contracts.</param>
    /// <param name="key">Pays gas and bond, and gets bond and bounty.</param>
    /// <param name="transactions">Times and limits, or null for the defaults.</param>
    public QuoteChallenger(Uri chainUrl, Deployment deployment, IDigestSigner key, TransactionSenderOptions? transactions = null)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        _deployment = deployment;
        _endpoint = new ChainEndpoint(chainUrl, deployment, new JsonRpcOptions(), TimeProvider.System);
        _sender = new TransactionSender(_endpoint.Client, key, deployment.ChainId, transactions);
    }

    /// <summary>Challenges a quote; gives the challenge that this account has opened already, if it has.</summary>
    /// <exception cref="FailureException"><c>no_such_batch</c>, <c>no_dispute_module</c>, <c>already_challenged</c>, <c>challenge_refused</c> (no such
    /// quote, window over, bond not covered, ...) or <c>wrong_chain</c>.</exception>
    /// <exception cref="RpcTransportException">The chain cannot be reached.</exception>
    public async Task<QuoteChallenge> ChallengeAsync(ulong batchIndex, uint quoteIndex, CancellationToken cancellationToken)
    {
        QuoteChallengesContract contract = await ContractAsync(cancellationToken).ConfigureAwait(false);
        BatchPosting posting = await FindPostingAsync(batchIndex, cancellationToken).ConfigureAwait(false);
        ulong known = await contract.FindAsync(posting.BatchHash, quoteIndex, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (known == 0)
        {
            UInt128 bond = await contract.GetBondAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
            byte[] data = contract.ChallengeQuote(batchIndex, posting.BatchHash, posting.Header, quoteIndex);
            await SendAsync("challenge-quote", contract, data, bond, "challenge_refused", cancellationToken).ConfigureAwait(false);
            known = await contract.FindAsync(posting.BatchHash, quoteIndex, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        }

        QuoteChallenge challenge = await contract.GetAsync(known, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return challenge.Challenger == _sender.Address
            ? challenge
            : throw new FailureException(
                ExitCode.Refused, "already_challenged",
                $"{challenge.Challenger} challenged quote {quoteIndex} of batch {batchIndex}; that challenge ({challenge.Id}) is {challenge.State}.");
    }

    /// <summary>
    /// Convicts the poster if the deadline of an open challenge has passed, then withdraws what contract and registry owe this account.
    /// </summary>
    /// <returns>The challenge as it stands then; still <see cref="ChallengeState.Open"/> before its deadline.</returns>
    /// <exception cref="FailureException"><c>no_such_challenge</c>, <c>no_dispute_module</c>, <c>settlement_refused</c> or <c>wrong_chain</c>.</exception>
    /// <exception cref="RpcTransportException">The chain cannot be reached.</exception>
    public async Task<QuoteChallenge> SettleAsync(ulong challengeId, CancellationToken cancellationToken)
    {
        QuoteChallengesContract contract = await ContractAsync(cancellationToken).ConfigureAwait(false);
        QuoteChallenge challenge = await contract.GetAsync(challengeId, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (challenge.State == ChallengeState.None)
            throw new FailureException(ExitCode.Unavailable, "no_such_challenge", $"{contract.Address} has no challenge {challengeId}.");
        BlockHeader? head = await _endpoint.Client.GetBlockAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (challenge.State == ChallengeState.Open && head?.Timestamp >= challenge.Deadline)
        {
            await SendAsync("challenge-timeout", contract, contract.Timeout(challengeId), 0, "settlement_refused", cancellationToken).ConfigureAwait(false);
            challenge = await contract.GetAsync(challengeId, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        }

        await WithdrawAsync(contract, cancellationToken).ConfigureAwait(false);
        return challenge;
    }

    public void Dispose()
    {
        _sender.Dispose();
        _endpoint.Dispose();
    }

    private async Task<QuoteChallengesContract> ContractAsync(CancellationToken cancellationToken)
    {
        ulong chainId = await _endpoint.Client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        if (chainId != _deployment.ChainId)
            throw new FailureException(ExitCode.Configuration, "wrong_chain", $"{_endpoint.Name} is chain {chainId}; the deployment is on {_deployment.ChainId}.");
        Address module = await _endpoint.Rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (module.IsZero)
            throw new FailureException(ExitCode.Configuration, "no_dispute_module", $"{_deployment.Rollup} has no dispute module.");
        DisputeHubContract hub = new(_endpoint.Client, module);
        return await hub.FindAsync(DisputeKind.QuoteChallenges, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is { } challenges
            ? new QuoteChallengesContract(_endpoint.Client, challenges)
            : throw new FailureException(ExitCode.Configuration, "no_dispute_module", $"{module} has no quote challenges.");
    }

    private async Task<BatchPosting> FindPostingAsync(ulong batchIndex, CancellationToken cancellationToken)
    {
        ChainQuorum chain = new([_endpoint], BlockTag.Latest);
        try
        {
            BlockHeader pin = await chain.PinAsync(cancellationToken).ConfigureAwait(false);
            return await new PostingReader(chain, _deployment).ReadAsync(batchIndex, pin, cancellationToken).ConfigureAwait(false);
        }
        catch (JudgementException fault) when (fault.InnerException is RpcTransportException unreachable)
        {
            throw unreachable;
        }
        catch (JudgementException fault)
        {
            throw new FailureException(ExitCode.Unavailable, "no_such_batch", fault.Message, fault);
        }
    }

    private async Task WithdrawAsync(QuoteChallengesContract contract, CancellationToken cancellationToken)
    {
        Address own = _sender.Address;
        if (await contract.GetPayoutAsync(own, BlockTag.Latest, cancellationToken).ConfigureAwait(false) > 0)
            await SendAsync("withdraw-bond", contract, contract.WithdrawPayout(own), 0, "settlement_refused", cancellationToken).ConfigureAwait(false);
        RegistryContract registry = _endpoint.Registry;
        if (await registry.GetPayoutAsync(own, BlockTag.Latest, cancellationToken).ConfigureAwait(false) > 0)
            await SendAsync("withdraw-bounty", registry, registry.WithdrawPayout(own), 0, "settlement_refused", cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(string what, Contract to, byte[] data, UInt128 value, string code, CancellationToken cancellationToken)
    {
        string id = $"{what}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        TransactionOutcome outcome = await _sender.SendAsync(
            new TransactionRequest { Id = id, To = to.Address, Data = data, Value = value }, cancellationToken).ConfigureAwait(false);
        if (!outcome.IsSuccess)
        {
            string cause = outcome.RevertData.IsEmpty ? outcome.Message : ContractError.Describe(outcome.RevertData.Span);
            throw new FailureException(ExitCode.Refused, code, $"{what} ended as {outcome.Status}: {cause}");
        }
    }
}
