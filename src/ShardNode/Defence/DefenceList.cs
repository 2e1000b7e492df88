using TeeTee.Hosting.Faults;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.ShardNode.Faults;

namespace TeeTee.ShardNode.Defence;

/// <summary>
/// Everything that a defender says about one position: the operator list, the opening of the leaf, the page of the token that was picked. Computed from
/// stored inputs alone, so it can be made again at any time and is never kept on disk.
/// </summary>
internal sealed class DefenceList
{
    private readonly OperatorList _list;

    private DefenceList(OperatorList list, TraceOpening opening, ProvenPage? token, IReadOnlyList<IReadOnlyList<Bytes32>> groups) =>
        (_list, Opening, Token, Groups) = (list, opening, token, groups);

    /// <summary>The pre-image of leaf(p) with its path in the trace.</summary>
    public TraceOpening Opening { get; }

    /// <summary>The page of <c>tokensRoot</c> that holds token(p + 1); null where the list ends with no pick.</summary>
    public ProvenPage? Token { get; }

    /// <summary>The entries of each group, as they are revealed.</summary>
    public IReadOnlyList<IReadOnlyList<Bytes32>> Groups { get; }

    /// <summary>The silence that a fault keeps on purpose; null otherwise.</summary>
    public FaultKind? Silence { get; private init; }

    /// <summary>Whether the last group is the head's.</summary>
    public bool HasPick => _list.Layout.HasPick;

    /// <summary>Content of the pick entry.</summary>
    public byte[] Pick => HasPick ? Answer(Groups.Count - 1, Groups[^1].Count - 1) : [];

    /// <summary>Computes a position again.</summary>
    /// <returns>False with a cause if what is computed now is not what was signed: a reveal could only convict.</returns>
    /// <exception cref="ArgumentException">The evidence does not fit the dispute.</exception>
    /// <exception cref="InvalidOperationException">This machine's two ways of computing differ.</exception>
    public static (DefenceList? List, string Cause) Make(DisputeContext context, DefenceMaterial material, CancellationToken cancellationToken)
    {
        int position = (int)context.Position;
        SamplingParameters requested = new(context.Sampling.Greedy, context.Sampling.InverseTemperatureBits, context.Sampling.Seed);
        JobFault? cheat = material.Cheat?.Kind == FaultKind.RevealOffLeaf ? null : material.Cheat;
        ExpansionRequest request = new()
        {
            HiddenIn = material.HiddenIn,
            Position = position,
            Sampling = context.HasPick ? cheat?.SamplingAt(position, requested) ?? requested : null,
            Salts = material.Salts,
            Fault = cheat,
        };
        using ExpandedPosition expanded = OperatorExpansion.Run(cheat?.Model ?? material.Model, request, cancellationToken);
        (Bytes32 hIn, Bytes32 hOut) = expanded.BoundsOf(position);
        Bytes32 kv = expanded.Trace.KvRoots[position];
        Bytes32[] leaves = [.. material.Leaves];
        if (material.Cheat is null && TraceCommitment.Leaf(context.Position, hIn, hOut, kv) != leaves[position])
            return (null, $"position {position} is computed now to another leaf than was signed");
        OperatorList list = OperatorList.Build(context.Config, expanded.Outputs, material.Salts);
        TraceOpening opening = new(hIn, hOut, kv, TraceCommitment.Prove(leaves, position));
        ProvenPage? token = context.HasPick ? TokenPage(material, position + 1) : null;
        FaultKind? silence = material.Cheat?.Kind is FaultKind.WithholdReveal or FaultKind.WithholdAnswer ? material.Cheat.Kind : null;
        return (new DefenceList(list, opening, token, Lie(list, material.Cheat)) { Silence = silence }, "");
    }

    /// <summary>What hashes to an entry.</summary>
    public byte[] Answer(int group, int index) => _list.AnswerContent(group, index);

    private static ProvenPage TokenPage(DefenceMaterial material, int position)
    {
        int page = position / TokenCommitment.PageTokens;
        LeafSalts? salts = material.Salts?.Tokens;
        ReadOnlySpan<uint> ids = material.Tokens.AsSpan(page * TokenCommitment.PageTokens);
        byte[] bytes = TokenBytes.Encode(ids[..Math.Min(ids.Length, TokenCommitment.PageTokens)]);
        byte[] content = salts is { } salted ? [.. salted[page].ToArray(), .. bytes] : bytes;
        return new ProvenPage(content, TokenCommitment.ProvePage(material.Tokens, page, salts));
    }

    // A cheat may put random bytes in the place of the entry that it knows to be wrong.
    private static IReadOnlyList<IReadOnlyList<Bytes32>> Lie(OperatorList list, JobFault? cheat)
    {
        if (cheat is not { Kind: FaultKind.RandomRootInReveal })
            return list.Entries.Groups;
        Bytes32[][] groups = [.. list.Entries.Groups.Select(group => group.ToArray())];
        int index = cheat.Layer - list.Layout.FirstLayer + 1;
        EntryPlace place = list.Layout.Locate(index, cheat.Operator, 0);
        groups[place.Group][place.Index] = Keccak256.Hash(groups[place.Group][place.Index].ToArray());
        return groups;
    }
}
