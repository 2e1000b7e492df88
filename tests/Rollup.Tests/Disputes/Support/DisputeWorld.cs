using System.Reflection;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>One disputed position: the canonical list, the host's (perhaps altered) list, and all that witnesses need.</summary>
internal sealed class DisputeWorld : IDisposable
{
    private readonly CanonicalModel _model;
    private readonly ShardModel _shard;
    private readonly ExpandedPosition _canonical;
    private readonly float[] _hidden;

    public DisputeWorld(DisputeShape shape, IOperatorFault? fault = null)
    {
        Shape = shape;
        _model = shape.File is null ? shape.Model.Import() : CanonicalModel.Import(shape.File);
        if (shape.IsHalfSplit)
            SplitByHalves(_model);
        Weights = WeightTree.Build(_model, CancellationToken.None);
        _shard = ShardModel.Load(_model, shape.Range, 2);
        Tokens = [.. Enumerable.Range(0, shape.Positions + 1).Select(i => (uint)((i * 37 + 11) % _model.Config.VocabularySize))];
        Salts = shape.IsSealed ? new CommitmentSalts(SaltKey) : null;
        float[] hidden = _hidden = Inputs();
        _canonical = OperatorExpansion.Run(_shard, Request(hidden, null), CancellationToken.None);
        OperatorOutputs host = _canonical.Outputs;
        if (fault is not null)
        {
            using ExpandedPosition altered = OperatorExpansion.Run(_shard, Request(hidden, fault), CancellationToken.None);
            host = altered.Outputs;
        }
        Model = ToDisputeModel(_model.Config);
        Own = OperatorList.Build(Model, _canonical.Outputs, Salts);
        Host = fault is null ? Own : OperatorList.Build(Model, host, Salts);
        TraceLeaves = Trace(hidden, fault);
        Context = MakeContext();
    }

    public static Bytes32 SaltKey { get; } = Sha256.Hash("salts"u8);

    public DisputeShape Shape { get; }
    public DisputeModel Model { get; }
    public WeightTree Weights { get; }
    public uint[] Tokens { get; }
    public CommitmentSalts? Salts { get; }
    public OperatorList Own { get; }
    public OperatorList Host { get; }
    public IReadOnlyList<Bytes32> TraceLeaves { get; }
    public DisputeContext Context { get; }
    public ShardModel Shard => _shard;
    public ExpandedPosition Canonical => _canonical;

    public SamplingParameters Sampling => Shape.IsGreedy
        ? SamplingParameters.MostLikely
        : SamplingParameters.AtTemperature(0.8, Keccak256.Hash("seed"u8));

    public WitnessSources Sources => new()
    {
        Weights = Weights, Stored = _canonical, TraceLeaves = TraceLeaves, Tokens = Tokens, Salts = Salts, SaltKey = SaltKey,
    };

    /// <summary>The builder of a challenger.</summary>
    public WitnessBuilder Builder() => new(Context, Own, Host.Entries, Sources);

    /// <summary>A builder that takes the host's contents for its own: every unit of the host's list can be judged with it.</summary>
    public WitnessBuilder HostBuilder() => new(Context, Host, Host.Entries, Sources);

    /// <summary>A list of canonical outputs that a host has altered in place, with a builder that takes it for its own.</summary>
    public (OperatorList List, WitnessBuilder Builder) Altered(Action<OperatorOutputs> alter)
    {
        using ExpandedPosition fresh = OperatorExpansion.Run(_shard, Request(_hidden, null), CancellationToken.None);
        alter(fresh.Outputs);
        OperatorList list = OperatorList.Build(Model, fresh.Outputs, Salts);
        return (list, new WitnessBuilder(Context, list, list.Entries, Sources));
    }

    public void Dispose()
    {
        _canonical.Dispose();
        _shard.Dispose();
        _model.Dispose();
    }

    public static DisputeModel ToDisputeModel(ModelConfig c) => new(
        (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount, (uint)c.KvHeadCount,
        (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits, (uint)c.RopePairing,
        c.TiedOutput);

    private ExpansionRequest Request(float[] hidden, IOperatorFault? fault) => new()
    {
        HiddenIn = hidden.AsMemory(0, (Shape.Position + 1) * _model.Config.EmbeddingLength),
        Position = Shape.Position,
        Sampling = _shard.IsLast && Shape.Position + 1 >= Shape.PromptTokens ? Sampling : null,
        Salts = Salts,
        Fault = fault,
    };

    private float[] Inputs()
    {
        ReadOnlySpan<uint> fed = Tokens.AsSpan(0, Shape.Positions);
        if (_shard.IsFirst)
            return OperatorExpansion.Inputs([_shard], fed, throughLast: false, CancellationToken.None);
        using ShardModel above = ShardModel.Load(_model, new LayerRange(0, Shape.Range.First), 2);
        return OperatorExpansion.Inputs([above], fed, throughLast: true, CancellationToken.None);
    }

    private Bytes32[] Trace(float[] hidden, IOperatorFault? fault)
    {
        using ShardSession session = _shard.CreateSession(Shape.Positions, salts: Salts, fault: fault);
        session.Forward(hidden, Shape.Positions, (float[])hidden.Clone());
        return [.. session.Trace!.Leaves];
    }

    private DisputeContext MakeContext() => new()
    {
        BatchIndex = 3,
        BatchHash = Keccak256.Hash("batch"u8),
        Leaf = 2,
        Shard = 1,
        Position = (uint)Shape.Position,
        Positions = (uint)Shape.Positions,
        Slot = 5,
        Operator = Address.Parse("0x00000000000000000000000000000000000000aa"),
        ModelId = Keccak256.Hash("model"u8),
        WeightsRoot = Weights.Root,
        Config = Model,
        FirstLayer = (uint)Shape.Range.First,
        LayerCount = (uint)Shape.Range.Count,
        TokensRoot = TokenCommitment.Root(Tokens, Salts?.Tokens),
        TraceRoot = TraceCommitment.Root([.. TraceLeaves]),
        PromptTokens = (uint)Shape.PromptTokens,
        Sampling = new Sampling(Shape.IsGreedy, Sampling.InverseTemperatureBits, 0, Sampling.Seed),
        IsSealed = Shape.IsSealed,
    };

    // No architecture of version 1 pairs by halves, but the arithmetic, the configuration and the contract know it.
    private static void SplitByHalves(CanonicalModel model) =>
        typeof(CanonicalModel).GetField("<Config>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!
            .SetValue(model, model.Config with { RopePairing = RopePairing.Neox });
}
