using Microsoft.Extensions.Logging.Abstractions;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Economics;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Verifier.Tests.Disputing;

/// <summary>A verifier does not begin disputes that cost more than they bring, on real contracts.</summary>
public sealed class EconomicGateTests : IAsyncLifetime
{
    private static readonly PrivateKey s_deployer = PrivateKey.Parse(AnvilProcess.Keys[0]);
    private static readonly RollupParameters s_parameters = TestParameters.Ordinary;

    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(100));
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private AnvilProcess _anvil = null!;
    private JsonRpcClient _rpc = null!;

    private CancellationToken Bound => _bound.Token;

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync();
        _rpc = new JsonRpcClient(_anvil.Endpoint);
    }

    public async Task DisposeAsync()
    {
        _rpc.Dispose();
        await _anvil.DisposeAsync();
        _pki.Dispose();
        _bound.Dispose();
    }

    [Fact]
    public async Task Require_NoBounty_RefusesWhoeverMayDispute()
    {
        VerifierOptions options = await OptionsAsync(terms => terms with { Bounty = 0 });

        FailureException refused = await Assert.ThrowsAsync<FailureException>(() => RequireAsync(options, ChallengerMode.Active));
        Assert.Equal("losing_parameters", refused.Code);
        Assert.Contains("BountyPaysChallenger", refused.Message, StringComparison.Ordinal);
        Assert.Contains(": 0 wei against", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<FailureException>(() => RequireAsync(options, ChallengerMode.Defensive));
        await RequireAsync(options, ChallengerMode.Watchtower);
    }

    [Fact]
    public async Task Require_DevelopmentTerms_OnlyWarns() => await RequireAsync(await OptionsAsync(terms => terms), ChallengerMode.Active);

    [Fact]
    public async Task Require_ChainAway_IsLeftToTheChallenger()
    {
        VerifierOptions options = await OptionsAsync(terms => terms with { Bounty = 0 });

        await RequireAsync(options with { ChainUrls = [new Uri("http://127.0.0.1:1/")], Rpc = new JsonRpcOptions { MaxAttempts = 1 } }, ChallengerMode.Active);
    }

    [Fact]
    public async Task ReadAsync_Deployment_GivesItsStakeAndTerms()
    {
        DisputeTerms terms = ModuleTerms.For(s_parameters).Game;
        VerifierOptions options = await OptionsAsync(t => t);
        EthereumClient client = new(_rpc);

        DisputeMoney? read = await DeploymentMoney.ReadAsync(client, options.Deployment.Rollup, stake: null, Bound);
        DisputeMoney? staked = await DeploymentMoney.ReadAsync(client, options.Deployment.Rollup, stake: 77, Bound);

        Assert.Equal(new DisputeMoney(s_parameters.MinSlotStake, terms.BaseBond, terms.Penalty, terms.Bounty, terms.Compensation), read);
        Assert.Equal((UInt128)77, staked!.Stake);
        await _rpc.CallAsync("anvil_setCode", [options.Deployment.DisputeHub!.Value.ToString(), "0x"], Bound);
        Assert.Null(await DeploymentMoney.ReadAsync(client, options.Deployment.Rollup, stake: null, Bound));
    }

    private Task RequireAsync(VerifierOptions options, ChallengerMode mode) =>
        EconomicGate.RequireAsync(options with { Challenger = new ChallengerOptions { Mode = mode, Key = s_deployer } }, NullLogger.Instance, Bound);

    private async Task<VerifierOptions> OptionsAsync(Func<DisputeTerms, DisputeTerms> alter)
    {
        EthereumClient client = new(_rpc);
        using TransactionSender deployer = new(client, s_deployer, AnvilProcess.ChainId);
        ModuleTerms terms = ModuleTerms.For(s_parameters);
        Deployment deployment = await new RollupDeployer(client, deployer).DeployAsync(
            s_parameters, terms with { Game = alter(terms.Game) }, SimulatedPolicy.Of(_pki, SimulatedMeasurements.Of("a", "b")), s_deployer.Address, s_deployer.Address, Bound);
        return new VerifierOptions
        {
            ChainUrls = [_anvil.Endpoint],
            Deployment = deployment,
            DataUrls = [_anvil.Endpoint],
            ModelFiles = [],
            Collateral = new HeldCollateral(_pki.Collateral(TimeProvider.System.GetUtcNow())),
        };
    }
}
