namespace TeeTee.Rollup.Messages;

/// <summary>Why an answer ended (protocol section 6).</summary>
public enum FinishReason : byte
{
    /// <summary>The last token is in the stop set.</summary>
    Stop = 1,

    /// <summary>The effective output limit was reached.</summary>
    Length = 2,

    /// <summary>The user signed a <see cref="CancelJob"/> for exactly this output count.</summary>
    Cancelled = 3,

    /// <summary>A shard was lost for good: no receipts, no fee, the nonce is consumed.</summary>
    Void = 4,
}
