using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine.Batching;

/// <summary>A full page that later prompts may continue with.</summary>
/// <param name="Key">What its end is known by.</param>
/// <param name="Page">The pool's number; the entry is one holder.</param>
/// <param name="Commitments">Of its 32 positions.</param>
/// <param name="Hidden">[32 x embedding length]: what left the shard; null where nobody below wants it.</param>
/// <param name="Before">The page before it, if that was kept too.</param>
internal sealed record PrefixEntry(Bytes32 Key, int Page, PositionCommitment[] Commitments, NativeBuffer<float>? Hidden, PrefixEntry? Before)
{
    /// <summary>Its place in the order of use; null once dropped.</summary>
    public LinkedListNode<PrefixEntry>? Place { get; set; }
}
