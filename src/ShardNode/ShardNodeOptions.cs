using System.Net;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Verification;
using TeeTee.Hosting.Faults;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Defence;

namespace TeeTee.ShardNode;

/// <summary>Everything that a shard is started with.</summary>
public sealed record ShardNodeOptions
{
    /// <summary>The image that simulated machines run unless told otherwise.</summary>
    public const string DefaultSimulatedImage = "teetee-shard";

    /// <summary>Its compose text.</summary>
    public const string DefaultSimulatedCompose = "teetee shard";

    /// <summary>GGUF file of the whole model; only the shard's layers are loaded.</summary>
    public required string ModelPath { get; init; }

    /// <summary>First layer served, counted from 0.</summary>
    public required int FirstLayer { get; init; }

    /// <summary>Layers served; at least 1.</summary>
    public required int LayerCount { get; init; }

    /// <summary>EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>Address of TeeTeeRollup.</summary>
    public required Address Rollup { get; init; }

    /// <summary>The slot served. Null only together with <see cref="Registration"/>, which then takes the id from the state folder or the chain.</summary>
    public uint? SlotId { get; init; }

    /// <summary>Who runs the slot and is paid.</summary>
    public required Address Operator { get; init; }

    /// <summary>JSON-RPC endpoint of the chain.</summary>
    public required Uri ChainEndpoint { get; init; }

    /// <summary>Keys, receipts and evidence: a folder of this shard alone.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Where gRPC listens, over attested TLS; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Where /livez, /readyz and /metrics are served over HTTP/1.1; nowhere when null.</summary>
    public IPEndPoint? HttpListen { get; init; }

    /// <summary>Where the packed form of the model is kept, and who hears of the work on it.</summary>
    public ModelStoreOptions ModelStore { get; init; } = new();

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Which kernels compute; results do not depend on it.</summary>
    public KernelPreference Kernels { get; init; } = KernelPreference.Auto;

    /// <summary>Limits.</summary>
    public ShardLimits Limits { get; init; } = new();

    /// <summary>Where quotes come from; the simulator of <see cref="SimulatorFolder"/> when null.</summary>
    public IQuoteSource? QuoteSource { get; init; }

    /// <summary>Folder of the simulated PKI, shared with those who verify; made if absent.</summary>
    public string? SimulatorFolder { get; init; }

    /// <summary>
    /// Development only: links in the clear (h2c), where anybody may make any call and read every activation. Never with sealed jobs.
    /// </summary>
    public bool PlainLinks { get; init; }

    /// <summary>The root that peers' quotes must lead to; where null, that of the simulator of <see cref="SimulatorFolder"/>, else Intel's.</summary>
    public TrustedRoot? TrustedRoot { get; init; }

    /// <summary>Collateral of peers' platforms; where null that of the simulator of <see cref="SimulatorFolder"/>.</summary>
    public ICollateralProvider? Collateral { get; init; }

    /// <summary>What peers' quotes must satisfy; where null the production defaults, simulated ones allowed together with <see cref="SimulatorFolder"/>.</summary>
    public QuotePolicy? QuotePolicy { get; init; }

    /// <summary>How long a certificate of this shard is valid; it is renewed after two thirds of that.</summary>
    public TimeSpan CertificateValidity { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Image that simulated measurements are of.</summary>
    public string SimulatedImage { get; init; } = DefaultSimulatedImage;

    /// <summary>Compose text that simulated measurements are of.</summary>
    public string SimulatedCompose { get; init; } = DefaultSimulatedCompose;

    /// <summary>Registers slot and key before serving, when given.</summary>
    public SlotRegistrationOptions? Registration { get; init; }

    /// <summary>The chain as this shard sees it; read from <see cref="ChainEndpoint"/> when null.</summary>
    public IChainView? ChainView { get; init; }

    /// <summary>Development only: sealed jobs may pass over links that are not attested, where whoever runs the network reads them.</summary>
    public bool AllowPlainSealedJobs { get; init; }

    /// <summary>How this shard defends its receipts in disputes; not at all when null, so that somebody else has to.</summary>
    public DefenderOptions? Defender { get; init; }

    /// <summary>
    /// Development networks only: what this shard does wrong, and may be told to do wrong while it runs. Refused at the start unless everything
    /// says development: <see cref="InsecureDevelopment"/>, simulated quotes, a chain without value and a contract with development parameters.
    /// </summary>
    public FaultSwitch? Faults { get; init; }

    /// <summary>Whether this node was started for development (<c>--insecure-dev</c>).</summary>
    public bool InsecureDevelopment { get; init; }

    /// <summary>Stops the shard when standard input ends.</summary>
    public bool ExitWithParent { get; init; }

    /// <summary>How long running jobs may go on once the shard was asked to stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of epochs, deadlines and expiry.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Further logging providers.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }
}
