using TeeTee.Ethereum;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Tests.Support;

/// <summary>A job on its way into a batch, with a hook at each step for planting a fault.</summary>
internal sealed class Draft
{
    public required JobRequest Request { get; set; }

    public required uint[] Tokens { get; set; }

    public FinishReason Finish { get; set; } = FinishReason.Stop;

    public PrivateKey RequestSigner { get; set; } = World.User;

    public PrivateKey CancelSigner { get; set; } = World.User;

    public PrivateKey[] ShardSigners { get; } = [.. World.ShardKeys];

    /// <summary>Changes a receipt before it is signed; a trace root of zero is filled in afterwards.</summary>
    public Func<int, ShardReceipt, ShardReceipt> Receipt { get; set; } = (_, receipt) => receipt;

    public Func<int, QuoteRecord, QuoteRecord> Quote { get; set; } = (_, record) => record;

    public Func<CancelJob, CancelJob>? Cancel { get; set; }

    /// <summary>Changes the leaf before the state root is computed.</summary>
    public Func<BatchLeaf, BatchLeaf> Leaf { get; set; } = leaf => leaf;

    /// <summary>Changes the leaf after the state root was computed.</summary>
    public Func<BatchLeaf, BatchLeaf> Last { get; set; } = leaf => leaf;

    /// <summary>Ends with a token that is not a stop token.</summary>
    public Draft EndWithoutStop(FinishReason finish)
    {
        Tokens = [.. Tokens[..^1], 17];
        Finish = finish;
        return this;
    }

    public void ChangeReceipt(Func<QueryReceipt, QueryReceipt> change) => Leaf = leaf => leaf with { Receipt = change(leaf.Receipt) };
}
