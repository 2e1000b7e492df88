using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Disputes;

namespace TeeTee.Sequencer.Batching;

/// <summary>Everything that turns answered jobs into batches, posts and settles them.</summary>
public sealed record BatchingOptions
{
    /// <summary>The sequencer's key: posts, finalises and claims. Nothing else may send transactions of its account.</summary>
    public required PrivateKey Key { get; init; }

    /// <summary>JSON-RPC endpoint of the chain.</summary>
    public required Uri ChainEndpoint { get; init; }

    /// <summary>The contracts.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>Vocabulary size by model id, for models whose size no registered <see cref="IVocabularySource"/> knows.</summary>
    public IReadOnlyDictionary<Bytes32, uint> VocabularySizes { get; init; } = new Dictionary<Bytes32, uint>();

    /// <summary>Whether quotes of simulated TEEs count; only together with <see cref="SimulatedRoot"/>, never on a chain with value.</summary>
    public bool AllowSimulatedTee { get; init; }

    /// <summary>The pinned root of the development PKI.</summary>
    public TrustedRoot? SimulatedRoot { get; init; }

    /// <summary>The pinned root of hardware quotes.</summary>
    public TrustedRoot HardwareRoot { get; init; } = TrustedRoot.Intel;

    /// <summary>Where the collateral of the quotes' platforms is held. It must be in date when a quote is judged.</summary>
    public required ICollateralProvider Collateral { get; init; }

    /// <summary>Attributes, measurements and TCB statuses that pass; whether simulated quotes pass is <see cref="AllowSimulatedTee"/>'s alone.</summary>
    public QuotePolicy QuotePolicy { get; init; } = new();

    /// <summary>When a batch is closed.</summary>
    public BatchLimits Limits { get; init; } = new();

    /// <summary>Between two looks for answered jobs, sealed epochs and the chain's state.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Hosts that are defended in disputes besides; none when null.</summary>
    public DelegatedDefence? Defence { get; init; }

    /// <summary>Weights that are shown when somebody demands pages of them, by model id.</summary>
    public IReadOnlyDictionary<Bytes32, OfferedWeights> Weights { get; init; } = new Dictionary<Bytes32, OfferedWeights>();

    /// <summary>Between two looks for challenges of this sequencer's quotes and data; a small part of the response window.</summary>
    public TimeSpan ChallengePoll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After how long an answer that the contract refused is tried again.</summary>
    public TimeSpan AnswerRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest pause after faults; it doubles up to this.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after it is built a batch may land; its rules are checked for that time.</summary>
    public TimeSpan PostingAllowance { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a signed batch takes to land. Nothing is signed so late that it would miss a receipt's deadline by that: one late receipt
    /// makes a whole batch provably wrong.
    /// </summary>
    public TimeSpan LandingTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The block at which the contract's word "final" is believed.</summary>
    public BlockTag FinalBlock { get; init; } = BlockTag.Safe;

    /// <summary>Whether this sequencer calls <c>finalize</c> when a window has ended. Anyone may.</summary>
    public bool Finalize { get; init; } = true;

    /// <summary>Whose earnings are claimed besides the sequencer's own; the contract pays each owner's withdrawal address.</summary>
    public IReadOnlyList<Address> ClaimFor { get; init; } = [];

    /// <summary>Whether everybody's earnings are claimed, as a demo wants it.</summary>
    public bool ClaimForEveryone { get; init; }

    /// <summary>Whether the sequencer's own share is claimed.</summary>
    public bool ClaimOwn { get; init; } = true;

    /// <summary>Claims below it wait: each costs gas. Wei.</summary>
    public UInt128 MinClaim { get; init; } = 1;

    /// <summary>Balance of the sequencer's account below which it is not ready. Wei.</summary>
    public UInt128 MinBalance { get; init; } = 10_000_000_000_000_000;

    /// <summary>Age of the oldest unposted receipt from which on the sequencer is not ready.</summary>
    public TimeSpan UnpostedAlarm { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Times and limits of transactions.</summary>
    public TransactionSenderOptions Transactions { get; init; } = new();

    /// <summary>Times and limits of calls to the chain.</summary>
    public JsonRpcOptions ChainCalls { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What batches are built with on purpose; set by the host, which has checked that it may (<see cref="SequencerOptions.Faults"/>).</summary>
    internal FaultSwitch? Faults { get; init; }

    /// <summary>What carries the calls to the chain; a plain one when null.</summary>
    internal HttpMessageHandler? ChainHandler { get; init; }
}
