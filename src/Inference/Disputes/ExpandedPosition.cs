using TeeTee.Inference.Engine;
using TeeTee.Inference.Tracing;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Inference.Disputes;

/// <summary>An expanded position with the stored rows and trace of the positions up to it. Holds the session's memory.</summary>
public sealed class ExpandedPosition : IStoredPositions, IDisposable
{
    private readonly ShardSession _session;

    internal ExpandedPosition(ShardSession session, OperatorOutputs outputs) => (_session, Outputs) = (session, outputs);

    /// <summary>Every operator's output.</summary>
    public OperatorOutputs Outputs { get; }

    /// <summary>leaf(0..p) and what is behind them.</summary>
    public ShardTrace Trace => _session.Trace!;

    /// <inheritdoc/>
    public ProvenPage ProveRow(int layer, bool values, int kvHead, int position) => _session.ProveKvRow(layer, values, kvHead, position);

    /// <inheritdoc/>
    public (Bytes32 HIn, Bytes32 HOut) BoundsOf(int position) => (Trace.Boundaries[position].HIn, Trace.Boundaries[position].HOut);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
