using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Faults;

/// <summary>Proofs of faults that no rule of one batch's data finds: they need another batch, a promise, or bytes that do not decode.</summary>
public static class FaultProofs
{
    /// <summary>The bytes at a leaf are no query receipt's encoding.</summary>
    /// <param name="leaves">The bytes of every leaf of the receipts tree.</param>
    public static FaultProof MalformedLeaf(PostedBatchRef batch, int index, IReadOnlyList<byte[]> leaves)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(leaves);
        Bytes32[] path = MerkleTree<KeccakMerkle>.FromData(leaves).Prove(index);
        return new FaultProof(FaultJudge.FormFaults, "malformedLeaf", [batch.ToTuple(), (uint)index, leaves[index], MessageTuples.Of(path)]);
    }

    /// <summary>One job in two leaves; the second, which may be in the same batch, is at fault.</summary>
    public static FaultProof JobTwice(
        PostedBatchRef first, BatchData firstData, int firstLeaf, PostedBatchRef second, BatchData secondData, int secondLeaf)
    {
        BatchOpenings one = new(first, firstData);
        BatchOpenings other = new(second, secondData);
        return new FaultProof(FaultJudge.FormFaults, "jobTwice", [one.Ref, one.Leaf(firstLeaf), other.Ref, other.Leaf(secondLeaf)]);
    }

    /// <summary>The poster had signed other tokens or another fee for the job of this leaf.</summary>
    public static FaultProof AnswerDiffers(PostedBatchRef batch, BatchData data, int leaf, Signed<AnswerReceipt> promised)
    {
        BatchOpenings o = new(batch, data);
        return new FaultProof(FaultJudge.FinishFaults, "answerDiffers", [o.Ref, o.Leaf(leaf), o.Request(leaf), MessageTuples.Of(promised)]);
    }
}
