using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>What stands behind leaf(p) of a trace, with its path in the trace tree.</summary>
public sealed record TraceOpening(Bytes32 HInRoot, Bytes32 HOutRoot, Bytes32 KvRoot, Bytes32[] Path)
{
    internal const string Tuple = "(bytes32,bytes32,bytes32,bytes32[])";

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() => [HInRoot, HOutRoot, KvRoot, Path];
}
