using TeeTee.Numerics.Operators;

namespace TeeTee.Inference.Disputes;

/// <summary>
/// Alters operator outputs as they are produced: how a cheating shard is simulated in development (fault injection). What follows is
/// computed from the altered values, so that a run with a fault is consistent with itself everywhere but there. The same object given to a
/// session and to an expansion has the same effect in both; its methods must therefore depend on nothing but their arguments and what they
/// were told before at the same position. Never used in production configuration.
/// </summary>
public interface IOperatorFault
{
    /// <summary>Whether anything may be altered at a position; positions without are run by the fast engine.</summary>
    bool Affects(int position);

    /// <summary>
    /// A vector, or the results of a projection. Called in canonical order for Input or Embedding (layer -1), Query, Key, Value, RotatedQuery,
    /// AttentionOutput, AttentionResidual, Gate, Up, Down, FeedForwardResidual and Logits (layer -1).
    /// </summary>
    void Alter(DisputeOperator op, int layer, int position, Span<float> values)
    {
    }

    /// <summary>A stored row: KeyRow or ValueRow of one kv head, before attention reads it.</summary>
    void AlterRow(DisputeOperator op, int layer, int position, int kvHead, Span<ushort> row)
    {
    }

    /// <summary>A quantised vector, before the projection reads it.</summary>
    void AlterQuantized(DisputeOperator op, int layer, int position, QuantizedOutput output)
    {
    }

    /// <summary>A norm's statistic, before r is used.</summary>
    NormOutput AlterNorm(DisputeOperator op, int layer, int position, NormOutput output) => output;

    /// <summary>A query head with its intermediates; its last row is what follows.</summary>
    void AlterHead(int layer, int position, int head, HeadOutput output)
    {
    }

    /// <summary>The bests of the segments of logits.</summary>
    void AlterPick(int position, SegmentBest[] bests)
    {
    }
}
