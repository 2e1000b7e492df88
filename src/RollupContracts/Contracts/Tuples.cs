using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>Structs as the ABI codec takes and gives them.</summary>
internal static class Tuples
{
    public static object[] Of(BatchHeader h) =>
        [h.Version, h.ReceiptsRoot, h.Count, h.QuotesRoot, h.QuoteCount, h.DataRoot, h.ChunkCount, h.StateRoot];

    public static BatchHeader Header(object value)
    {
        object[] v = (object[])value;
        return new BatchHeader(
            (ushort)(ulong)v[0], (Bytes32)v[1], (uint)(ulong)v[2], (Bytes32)v[3], (uint)(ulong)v[4], (Bytes32)v[5], (uint)(ulong)v[6], (Bytes32)v[7]);
    }

    public static object[] Of(Account a) => [a.Owner, a.Spent, a.Nonce, a.Earned, a.EarningsSpent];

    public static object[] Of(QuoteRecord r) =>
        [r.ModelId, r.Slot, r.Operator, r.Epoch, r.ExecutionRoot, r.SigningKey, r.EncryptionKey, r.QuoteHash];

    public static object[] Of(SparseMerkleProof proof) => [.. proof.Siblings.Select(s => (object)s)];
}
