using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>Structs as the ABI codec takes and gives them.</summary>
internal static class Tuples
{
    public static object[] Of(BatchHeader header) => MessageTuples.Of(header);

    public static BatchHeader Header(object value)
    {
        object[] v = (object[])value;
        return new BatchHeader(
            (ushort)(ulong)v[0], (Bytes32)v[1], (uint)(ulong)v[2], (Bytes32)v[3], (uint)(ulong)v[4], (Bytes32)v[5], (uint)(ulong)v[6], (Bytes32)v[7]);
    }

    public static object[] Of(Account account) => MessageTuples.Of(account);

    public static object[] Of(QuoteRecord record) => MessageTuples.Of(record);

    public static object[] Of(SparseMerkleProof proof) => [.. proof.Siblings.Select(s => (object)s)];

    public static object[] Of(JobRequest request) => MessageTuples.Of(request);

    public static object[] Of(ShardReceipt receipt) => MessageTuples.Of(receipt);

    public static object[] Of(QueryReceipt receipt) => MessageTuples.Of(receipt);

    public static object[] Of(IReadOnlyList<Bytes32> hashes) => MessageTuples.Of(hashes);

    // The openings' own tuples hold typed arrays, which the codec does not take.
    public static object[] Of(EntryOpening opening) => [opening.Entry, Of(opening.Path)];

    public static object[] Of(TraceOpening opening) => [opening.HInRoot, opening.HOutRoot, opening.KvRoot, Of(opening.Path)];
}
