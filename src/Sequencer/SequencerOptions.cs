using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer;

/// <summary>Everything that a sequencer is started with.</summary>
public sealed record SequencerOptions
{
    /// <summary>Signs answer receipts and posts batches; its address is the request's <c>sequencer</c>.</summary>
    public required PrivateKey Key { get; init; }

    /// <summary>JSON-RPC endpoint of the chain.</summary>
    public required Uri ChainEndpoint { get; init; }

    /// <summary>The contracts.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>The SQLite file; made if absent.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>Models on offer.</summary>
    public required IReadOnlyList<ModelOffer> Models { get; init; }

    /// <summary>The shards that may serve them.</summary>
    public required IReadOnlyList<ShardEndpoint> Shards { get; init; }

    /// <summary>Where HTTP/1.1 listens; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8550);

    /// <summary>Sizes and counts.</summary>
    public JobLimits Limits { get; init; } = new();

    /// <summary>Waiting times.</summary>
    public JobTimes Times { get; init; } = new();

    /// <summary>Whether shards with simulated quotes may serve; never on a chain with value.</summary>
    public bool AllowSimulatedTee { get; init; }

    /// <summary>
    /// Development only: shards are dialled in the clear (h2c) and prove nothing. Otherwise every shard is https and attested.
    /// </summary>
    public bool PlainLinks { get; init; }

    /// <summary>The root that shards' quotes must lead to.</summary>
    public TrustedRoot TrustedRoot { get; init; } = TrustedRoot.Intel;

    /// <summary>Collateral of shards' platforms; must be there unless links are plain.</summary>
    public ICollateralProvider? Collateral { get; init; }

    /// <summary>What shards' quotes must satisfy; where null the production defaults, simulated ones by <see cref="AllowSimulatedTee"/>.</summary>
    public QuotePolicy? QuotePolicy { get; init; }

    /// <summary>The block whose deposits count as credit; a withdrawal counts from the newest block on.</summary>
    public BlockTag CreditBlock { get; init; } = BlockTag.Safe;

    /// <summary>
    /// How answers become batches and payouts; nothing is posted when null. Epochs are collected from <see cref="Shards"/>.
    /// </summary>
    public BatchingOptions? Batching { get; init; }

    /// <summary>How shards, and the sequencer itself, are proved to those who ask.</summary>
    public AttestationOptions Attestation { get; init; } = new();

    /// <summary>The collateral that is relayed with quotes.</summary>
    internal ICollateralProvider? RelayedCollateral => Attestation.Collateral ?? Collateral ?? Batching?.Collateral;

    /// <summary>
    /// Development networks only: what this sequencer does wrong, and may be told to do wrong while it runs. Refused at the start unless everything
    /// says development: <see cref="AllowSimulatedTee"/>, no hardware quotes, a chain without value and a contract with development parameters.
    /// </summary>
    public FaultSwitch? Faults { get; init; }

    /// <summary>Stops the sequencer when standard input ends.</summary>
    public bool ExitWithParent { get; init; }

    /// <summary>The clock of nonces, deadlines and retries.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The chain as jobs see it; read from <see cref="ChainEndpoint"/> when null.</summary>
    public IChainReader? Chain { get; init; }

    /// <summary>Further logging providers.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>Further services, registered last: an OpenAI gateway over the in-process <c>IJobClient</c>, for instance.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Further endpoints on the same port.</summary>
    public Action<WebApplication>? MapEndpoints { get; init; }
}
