using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Epochs;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Service;

/// <summary>The parts of a running shard, wired.</summary>
internal sealed class ShardServices : IAsyncDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly ILogger _logger;

    private ShardServices(ShardNodeOptions options, ShardSelf self, ShardKeys keys, ShardModel model, ShardStore store, IQuoteSource quotes,
        IChainView chain, Readiness readiness, ILogger logger)
    {
        (Self, Store, _logger) = (self, store, logger);
        string inputs = InputFile.FolderOf(options.StateFolder);
        InputFile.Clean(inputs);
        Capacity capacity = new(options.Limits, KvBytes(model), self.IsFirst ? 0 : self.EmbeddingLength * sizeof(float), () => store.EvidenceBytes);
        ShardMetrics metrics = new(() => capacity.Jobs, () => store.EvidenceBytes);
        Hub = new LinkHub(self, metrics, options.Clock, logger);
        AtRestCipher atRest = new(keys.Encryption);
        ReceiptBook book = new(self, keys, store, atRest, options.Clock);
        Sealer = new EpochSealer(self, book, store, quotes, inputs, readiness, metrics, options.Clock, logger);
        Watch = new RegistrationWatch(self, chain, book, readiness, options.Clock, logger);
        Jobs = new JobRegistry(new ShardRuntime(
            self, keys, model, Hub, new Admission(self, chain, options.Clock), capacity, book, store, metrics, options.Clock, logger, inputs, atRest,
            new SealedLinks(options.AllowPlainSealedJobs)));
        _owned.AddRange([metrics, model, keys]);
    }

    public ShardSelf Self { get; }

    public ShardStore Store { get; }

    public LinkHub Hub { get; }

    public JobRegistry Jobs { get; }

    public EpochSealer Sealer { get; }

    public RegistrationWatch Watch { get; }

    /// <summary>Loads, checks and wires everything; nothing listens yet.</summary>
    /// <exception cref="FailureException">Naming what does not fit.</exception>
    public static async Task<ShardServices> CreateAsync(
        ShardNodeOptions options, Readiness readiness, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ILogger logger = loggers.CreateLogger("TeeTee.ShardNode");
        ShardKeys keys = ShardKeys.LoadOrCreate(options.StateFolder);
        (ShardModel model, ModelIdentity identity) = LoadModel(options, cancellationToken);
        try
        {
            IQuoteSource quotes = QuoteSourceOf(options);
            ChainStart chain = await ChainStart.OpenAsync(options, keys, identity.ModelId, quotes, logger, cancellationToken);
            Slot slot = new(chain.SlotId, options.Operator, identity.ModelId, (uint)options.FirstLayer, (uint)options.LayerCount);
            ShardStore store = ShardStore.Open(options.StateFolder,
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
            return new ShardServices(options, self, keys, model, store, quotes, chain.View, readiness, logger);
        }
        catch
        {
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

    private static long KvBytes(ShardModel model) => 2L * model.Range.Count * model.Config.KvLength * sizeof(ushort);

    private static (ShardModel Model, ModelIdentity Identity) LoadModel(ShardNodeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using CanonicalModel canonical = CanonicalModel.Import(options.ModelPath);
            ModelIdentity identity = canonical.ComputeIdentity(null, cancellationToken);
            ShardModel model = ShardModel.Load(canonical, new LayerRange(options.FirstLayer, options.LayerCount), options.Threads);
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

    private static IQuoteSource QuoteSourceOf(ShardNodeOptions options)
    {
        if (options.QuoteSource is { } given)
            return given;
        if (options.SimulatorFolder is not { } folder)
            throw new FailureException(ExitCode.Configuration, "no_quote_source", "Neither a quote source nor a simulator folder is configured.");
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(folder, options.Clock);
        return new SimulatedQuoteSource(pki, SimulatedMeasurements.Of(options.SimulatedImage, options.SimulatedCompose));
    }
}
