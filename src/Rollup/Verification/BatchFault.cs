namespace TeeTee.Rollup.Verification;

/// <summary>A broken rule of a batch as a whole (protocol section 8), or of one of its leaves.</summary>
public enum BatchFault
{
    /// <summary>The header has another version than 1.</summary>
    VersionUnknown,

    /// <summary>The batch has no receipts.</summary>
    Empty,

    /// <summary>The header's count is not the number of receipts.</summary>
    CountMismatch,

    /// <summary>The header's receipts root is not that of the receipts.</summary>
    ReceiptsRootMismatch,

    /// <summary>The header's quote count is not the number of quotes.</summary>
    QuoteCountMismatch,

    /// <summary>The header's quotes root is not that of the records.</summary>
    QuotesRootMismatch,

    /// <summary>The header's chunk count is not the number of chunks.</summary>
    ChunkCountMismatch,

    /// <summary>The header's data root is not that of the chunks.</summary>
    DataRootMismatch,

    /// <summary>The header's state root is not the last leaf's.</summary>
    StateRootMismatch,

    /// <summary>The chunks are out of order, repeated, or do not make up their items.</summary>
    ChunksMalformed,

    /// <summary>An item that the batch must have is not in its data.</summary>
    ItemMissing,

    /// <summary>An item is not the canonical encoding of what it must be.</summary>
    ItemMalformed,

    /// <summary>An item that the batch must not have is in its data.</summary>
    ItemUnexpected,

    /// <summary>A record's quote hash is not that of the quote.</summary>
    QuoteHashMismatch,

    /// <summary>Two records are of the same slot and epoch.</summary>
    QuoteRepeated,

    /// <summary>Verification refused a quote.</summary>
    QuoteRejected,

    /// <summary>A leaf breaks a rule; see the leaf finding.</summary>
    LeafInvalid,
}
