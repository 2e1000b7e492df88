using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Receipts;

/// <content>The receipt's place in a batch, on chain and in the state.</content>
public sealed partial class ReceiptVerification
{
    private static readonly MerkleTag s_receipts = new("TT/rcpt1");

    private void CheckBatch()
    {
        if (_receipt is not { Batch: { } batch, QueryReceipt: { } leaf })
        {
            foreach (string name in (string[])["merkle_path", "batch_hash", "batch_on_chain", "status"])
                Missing(name, "the job is in no batch yet");
            return;
        }
        Add("merkle_path", batch.Count == batch.Header.Count && MerkleProof.Verify<KeccakMerkle>(
                s_receipts, batch.Header.ReceiptsRoot, batch.Count, batch.Leaf, KeccakMerkle.Leaf(leaf.Encode()), batch.Proof.AsSpan()),
            $"leaf {batch.Leaf} of {batch.Count} under {batch.Header.ReceiptsRoot}");
        Add("batch_hash", BatchHash.Of(_domain, batch.Index, batch.ParentHash, batch.Header) == batch.Hash, $"batch {batch.Index} is {batch.Hash}");
        CheckPosted(batch);
    }

    private void CheckPosted(ReceiptBatchPart batch)
    {
        if (_chain is null)
        {
            Skip("batch_on_chain", "offline");
            Skip("status", "offline");
            return;
        }
        if (_chain.Batch is not { } posted)
        {
            Missing("batch_on_chain", $"nothing is posted as batch {batch.Index} yet");
            Missing("status", $"nothing is posted as batch {batch.Index} yet");
            return;
        }
        Add("batch_on_chain", posted.BatchHash == batch.Hash && posted.StateRoot == batch.Header.StateRoot, $"the contract holds {posted.BatchHash} as batch {batch.Index}");
        Add("status", _chain.Status is BatchStatus.Open or BatchStatus.Final && (_chain.Status == BatchStatus.Final || _receipt.Status != "final"),
            $"{_chain.Status} on chain, the receipt says {_receipt.Status}");
    }

    private void CheckAccount()
    {
        if (_receipt is not { Batch: { } batch, Account: { } part })
        {
            Missing("account", "the job is in no batch yet");
            return;
        }
        Add("account", Decode(part) is { } account && Proof(part.Proof) is { } proof
                && account.Owner == part.Owner && part.Owner == _receipt.Request.User && account.Nonce >= _receipt.Request.Nonce
                && AccountTree.Verify(batch.Header.StateRoot, account, proof),
            $"{part.Owner} under state root {batch.Header.StateRoot}");
    }

    private static Account? Decode(ReceiptAccountPart part) =>
        Hex.TryDecode(part.LeafData, out byte[]? bytes) && MessageCodec.TryDecode(bytes, out Account? account) ? account : null;

    private static SparseMerkleProof? Proof(ReceiptAccountProof proof) =>
        !proof.Siblings.IsDefault && SparseMerkleProof.TryCreate(proof.Bitmap, proof.Siblings, out SparseMerkleProof? checkedProof) ? checkedProof : null;
}
