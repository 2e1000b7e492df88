using TeeTee.Primitives;

namespace TeeTee.Sequencer.Batching;

/// <summary>An accepted job that is in no batch.</summary>
/// <param name="EndedAt">Unix seconds at which it was answered or void; of a running one, when it was accepted.</param>
/// <param name="PostBefore">Unix seconds by which its receipts must be posted.</param>
/// <param name="Bytes">Estimated batch data.</param>
internal sealed record JobCandidate(
    Bytes32 JobId, Address User, ulong Nonce, CandidateState State, ulong EndedAt, ulong PostBefore, long Bytes)
{
    /// <summary>Whether it may go into a batch once the lower nonces of its user have.</summary>
    public bool IsPostable => State is CandidateState.Ready or CandidateState.Void;
}
