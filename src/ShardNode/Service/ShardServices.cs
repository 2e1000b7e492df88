using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Tls;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardNode.Attestations;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Defence;
using TeeTee.ShardNode.Epochs;
using TeeTee.ShardNode.Faults;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Security;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Service;

/// <summary>The parts of a running shard, wired.</summary>
internal sealed class ShardServices : IAsyncDisposable
{
    private static readonly TimeSpan s_sameMoment = TimeSpan.FromMilliseconds(5);

    private readonly List<IDisposable> _owned = [];
    private readonly ILogger _logger;

    private ShardServices(ShardNodeOptions options, ShardSelf self, ShardKeys keys, ShardModel model, Bytes32 weightsRoot, ShardStore store, IQuoteSource quotes,
        ChainStart start, LinkSecurity? security, AttestedPeerOptions? trust, Readiness readiness, ILogger logger)
    {
        (Self, Store, Security, _logger) = (self, store, security, logger);
        IChainView chain = start.View;
        string inputs = InputFile.FolderOf(options.StateFolder);
        InputFile.Clean(inputs);
        Capacity capacity = new(options.Limits, model.KvMemory.PageBytes, self.IsFirst ? 0 : self.EmbeddingLength * sizeof(float), () => store.EvidenceBytes);
        BatchScheduler scheduler = new(model, new BatchOptions { Linger = LingerOf(options, self) });
        ShardMetrics metrics = Metrics = new(() => capacity.Jobs, () => store.EvidenceBytes, scheduler);
        PipelineRegistry registry = new(self, chain, options.Clock);
        Hub = new LinkHub(self, registry, security, metrics, options.Clock, logger);
        Gate = new CallGate(plain: security is null, new PosterDirectory(chain, options.Clock));
        AtRestCipher atRest = new(keys.Encryption);
        ShardFaults? faults = options.Faults is { } switchedOn ? new ShardFaults(switchedOn, options.ModelPath, model) : null;
        ReceiptBook book = new(self, keys, store, atRest, options.Clock, faults);
        Evidence = new ShardEvidence(self, model, store, atRest, inputs, faults);
        if (options.Defender is { } defending)
            (Defender, Weights) = OpenDefender(options, defending, model, weightsRoot, readiness, logger);
        Sealer = new EpochSealer(self, book, store, quotes, inputs, readiness, metrics, options.Clock, logger, () => Defender is null ? [] : Defender.Disputed);
        Desk = new AttestationDesk(self, quotes, metrics, options.Clock);
        Collateral = new CollateralWatch([trust?.Collateral], readiness, options.Clock, logger);
        Watch = new RegistrationWatch(self, chain, book, readiness, options.Clock, logger);
        if (start.Registration is { } registration)
            _owned.Add(Renewal = new KeyRenewal(registration, self.Slot.SlotId, readiness, metrics, options.Clock, logger));
        Jobs = new JobRegistry(new ShardRuntime(
            self, keys, scheduler, Hub, new Admission(self, chain, registry, options.Clock, faults), capacity, book, store, metrics, options.Clock, logger, inputs, atRest,
            new SealedLinks(options.AllowPlainSealedJobs), faults));
        if (faults is not null)
            _owned.Add(faults);
        _owned.AddRange([metrics, scheduler, model, keys, store]);
    }

    public ShardSelf Self { get; }

    public ShardStore Store { get; }

    /// <summary>What connections prove; null where links are plain.</summary>
    public LinkSecurity? Security { get; }

    public CallGate Gate { get; }

    public ShardMetrics Metrics { get; }

    public LinkHub Hub { get; }

    public JobRegistry Jobs { get; }

    public EpochSealer Sealer { get; }

    public AttestationDesk Desk { get; }

    public RegistrationWatch Watch { get; }

    public CollateralWatch Collateral { get; }

    /// <summary>Renews the registered key; null where the shard does not register it.</summary>
    public KeyRenewal? Renewal { get; }

    /// <summary>What this shard's receipts are defended from.</summary>
    public ShardEvidence Evidence { get; }

    /// <summary>Defends this shard's receipts; null where somebody else does.</summary>
    public Defender? Defender { get; }

    /// <summary>Shows weight pages that are demanded of the model; null where somebody else does.</summary>
    public WeightResponder? Weights { get; }

    /// <summary>Loads, checks and wires everything; nothing listens yet.</summary>
    /// <exception cref="FailureException">Naming what does not fit.</exception>
    public static async Task<ShardServices> CreateAsync(
        ShardNodeOptions options, Readiness readiness, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ILogger logger = loggers.CreateLogger("TeeTee.ShardNode");
        ShardKeys keys = ShardKeys.LoadOrCreate(options.StateFolder);
        (ShardModel model, ModelIdentity identity) = LoadModel(options, cancellationToken);
        ShardStore? store = null;
        try
        {
            (IQuoteSource quotes, TrustedRoot root) = QuoteSourceOf(options);
            AttestedPeerOptions? trust = options.PlainLinks ? null : TrustOf(options, root);
            if (trust is not null)
                await OwnQuoteCheck.RunAsync(quotes, trust, options.Clock, cancellationToken);
            ChainStart chain = await ChainStart.OpenAsync(options, keys, identity.ModelId, quotes, logger, cancellationToken);
            await chain.RequireFaultsAllowedAsync(options, cancellationToken);
            Slot slot = new(chain.SlotId, options.Operator, identity.ModelId, (uint)options.FirstLayer, (uint)options.LayerCount);
            store = ShardStore.Open(options.StateFolder,
                $"chain {options.ChainId}, contract {options.Rollup}, slot {slot.SlotId} of {slot.Operator}, model {slot.ModelId}, layers from {slot.FirstLayer}, {slot.LayerCount} of them");
            ulong epochSeconds = await chain.EpochSecondsAsync(slot, store, cancellationToken);
            ShardSelf self = new()
            {
                Domain = new RollupDomain(options.ChainId, options.Rollup),
                Slot = slot,
                Model = new ModelLimits(identity.ModelId, (uint)model.Config.LayerCount, (uint)model.Config.ContextLength, (uint)model.Config.VocabularySize),
                EmbeddingLength = model.Config.EmbeddingLength,
                ArithmeticVersion = ModelIdentity.ArithmeticVersion,
                SigningKey = keys.Signing.Address,
                EncryptionKey = keys.EncryptionPublicKey,
                TeeType = quotes.TeeType == "tdx" ? TeeType.Tdx : TeeType.SimulatedTdx,
                EpochSeconds = epochSeconds,
                Limits = options.Limits,
            };
            LinkSecurity? security = trust is null ? null : await LinkSecurity.CreateAsync(
                options, self, quotes, trust, readiness, logger, cancellationToken);
            if (security is null)
                ShardLog.PlainLinks(logger);
            return new ShardServices(options, self, keys, model, identity.WeightsRoot, store, quotes, chain, security, trust, readiness, logger);
        }
        catch
        {
            store?.Dispose();
            model.Dispose();
            keys.Dispose();
            throw;
        }
    }

    public void LogServing(Uri address) => ShardLog.Serving(
        _logger, Self.Slot.SlotId, Self.Slot.Operator, (int)Self.Slot.FirstLayer, (int)(Self.Slot.FirstLayer + Self.Slot.LayerCount - 1), Self.Slot.ModelId, address);

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        foreach (IDisposable part in _owned)
            part.Dispose();
    }

    private (Defender Defender, WeightResponder Weights) OpenDefender(
        ShardNodeOptions options, DefenderOptions defending, ShardModel model, Bytes32 weightsRoot, Readiness readiness, ILogger logger)
    {
        JsonRpcClient rpc = new(options.ChainEndpoint, time: options.Clock);
        DefenderMetrics metrics = new();
        EthereumClient client = new(rpc);
        Defender defender = new(
            defending, client, options.ChainId, options.Rollup, options.Operator, Evidence, Path.Combine(options.StateFolder, "defence.db"),
            readiness, metrics, options.Clock, logger);
        WeightResponder weights = new(
            defending, client, options.Rollup, Self.Slot.ModelId, new OwnWeights(options.ModelPath, options.ModelStore, model.Config, weightsRoot, options.Clock), defender.Account,
            readiness, metrics, options.Clock, logger);
        _owned.AddRange([weights, defender, metrics, rpc]);
        return (defender, weights);
    }

    /// <summary>
    /// Only the head gathers answers: two slots that waited for each other's would never have them together. The others wait for what the
    /// slot above sent in the same moment, which comes within some milliseconds.
    /// </summary>
    private static TimeSpan? LingerOf(ShardNodeOptions options, ShardSelf self) =>
        self.IsFirst || options.Linger < s_sameMoment ? options.Linger : options.Linger is null ? null : s_sameMoment;

    private static (ShardModel Model, ModelIdentity Identity) LoadModel(ShardNodeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using CanonicalModel canonical = ModelStore.Open(options.ModelPath, options.ModelStore);
            ModelIdentity identity = canonical.ComputeIdentity(cancellationToken);
            ShardModel model = ShardModel.Load(
                canonical, new LayerRange(options.FirstLayer, options.LayerCount), options.Threads, options.Limits.MaxKvBytes, options.Kernels);
            IReadOnlyList<SelfCheckDifference> differences = EngineSelfCheck.Run(model);
            if (differences.Count == 0)
                return (model, identity);
            model.Dispose();
            throw new FailureException(ExitCode.VerificationFailed, "self_check_failed",
                $"This machine does not compute as the arithmetic demands: {differences[0]}. It must not serve.");
        }
        catch (Exception e) when (e is ModelException or Inference.Gguf.GgufException or IOException or ArgumentOutOfRangeException)
        {
            throw new FailureException(ExitCode.Model, "model_unusable", $"{options.ModelPath}, layers from {options.FirstLayer}, {options.LayerCount} of them: {e.Message}", e);
        }
    }

    /// <summary>The source, and the root that its own quotes are below.</summary>
    private static (IQuoteSource Source, TrustedRoot Root) QuoteSourceOf(ShardNodeOptions options)
    {
        if (options.QuoteSource is { } given)
            return (given, TrustedRoot.Intel);
        if (options.SimulatorFolder is not { } folder)
            throw new FailureException(ExitCode.Configuration, "no_quote_source", "Neither a quote source nor a simulator folder is configured.");
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(folder, options.Clock);
        return (new SimulatedQuoteSource(pki, SimulatedMeasurements.Of(options.SimulatedImage, options.SimulatedCompose)), pki.Root);
    }

    private static AttestedPeerOptions TrustOf(ShardNodeOptions options, TrustedRoot own) => new()
    {
        Root = options.TrustedRoot ?? own,
        Policy = options.QuotePolicy ?? new QuotePolicy { AllowSimulated = options.SimulatorFolder is not null },
        Collateral = options.Collateral ?? SimulatedCollateralOf(options),
    };

    private static CollateralFile SimulatedCollateralOf(ShardNodeOptions options)
    {
        try
        {
            return options.SimulatorFolder is { } folder
                ? CollateralFile.Open(Path.Combine(folder, SimulatedPki.CollateralFile))
                : throw new FailureException(ExitCode.Configuration, "no_collateral", "Other shards' quotes cannot be judged without collateral.");
        }
        catch (CollateralUnavailableException e)
        {
            throw new FailureException(ExitCode.Configuration, "no_collateral", e.Message, e);
        }
    }
}
