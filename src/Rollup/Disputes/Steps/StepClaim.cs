using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>What the game has established when a step is judged.</summary>
/// <param name="Context">What the computation follows from.</param>
/// <param name="GroupRoots">One tree hash per group of the revealed list.</param>
/// <param name="Group">Of the selected entry.</param>
/// <param name="Index">Of the selected entry in its group.</param>
/// <param name="Entry">The selected entry, opened against the group's root by the game.</param>
public sealed record StepClaim(DisputeContext Context, IReadOnlyList<Bytes32> GroupRoots, uint Group, uint Index, Bytes32 Entry)
{
    private static readonly AbiType s_type = AbiType.Parse("(" + DisputeContext.Tuple + ",bytes32[],uint32,uint32,bytes32)");

    /// <summary>abi.encode(claim).</summary>
    public byte[] Encode() => AbiCodec.Encode([s_type], [ToTuple()]);

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [Context.ToTuple(), GroupRoots.ToArray(), Group, Index, Entry];
}
