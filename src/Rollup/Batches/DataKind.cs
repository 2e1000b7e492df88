namespace TeeTee.Rollup.Batches;

/// <summary>What an item of batch data is (protocol section 8).</summary>
public enum DataKind : byte
{
    Request = 1,
    QueryReceipt = 2,
    ShardReceipt = 3,
    Tokens = 4,
    LeafList = 5,
    Cancel = 6,
    Quote = 7,
}
