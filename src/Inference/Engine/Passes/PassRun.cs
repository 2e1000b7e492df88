using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>Consecutive positions of one session in a pass: rows [FirstRow, FirstRow + Count). Reused from pass to pass.</summary>
internal sealed class PassRun
{
    private ShardSession? _session;

    /// <summary>Whose positions these are.</summary>
    public ShardSession Session => _session!;

    public int FirstRow { get; private set; }

    public int Count { get; private set; }

    /// <summary>Position of the first row.</summary>
    public int FirstPosition { get; private set; }

    /// <summary>Tokens to embed; empty where hidden vectors were given.</summary>
    public ReadOnlyMemory<uint> Tokens { get; private set; }

    /// <summary>hIn roots that are known already, of as many first rows.</summary>
    public ReadOnlyMemory<Bytes32> KnownRoots { get; set; }

    /// <summary>Rows whose values are all finite so far, counted from the first: what follows a failed row is lost with it.</summary>
    public int Live { get; set; }

    /// <summary>What the first lost row failed at.</summary>
    public NonFinite Failure { get; set; }

    public void Begin(ShardSession session, int firstRow, int count, ReadOnlyMemory<uint> tokens)
    {
        (_session, FirstRow, Count, FirstPosition, Tokens) = (session, firstRow, count, session.Position, tokens);
        (Live, Failure, KnownRoots) = (count, NonFinite.None, default);
    }

    /// <summary>Forgets the session, so that a pass that rests keeps nobody's memory.</summary>
    public void End() => (_session, Tokens, KnownRoots) = (null, default, default);
}
