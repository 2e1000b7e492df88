namespace TeeTee.Rollup.Verification;

/// <summary>A broken rule of one leaf (protocol sections 4, 6, 7 and 9). Each is the sequencer's, provable from batch data.</summary>
public enum LeafFault
{
    /// <summary>The leaf's job id is not the digest of its request.</summary>
    JobIdMismatch,

    /// <summary>The leaf's request hash is not that of the published request.</summary>
    RequestHashMismatch,

    /// <summary>The request's model is not listed.</summary>
    ModelUnknown,

    /// <summary>The request breaks a rule of its form.</summary>
    RequestRuleBroken,

    /// <summary>The request was not signed by the user or a session key that may.</summary>
    RequestSignerInvalid,

    /// <summary>The request names another sequencer than the poster.</summary>
    SequencerMismatch,

    /// <summary>No shard receipts, more than 16, or not as many as hashes or leaf lists.</summary>
    ShardCountWrong,

    /// <summary>A hash in the leaf is not that of the published shard receipt.</summary>
    ShardReceiptHashMismatch,

    /// <summary>A shard receipt is of another job.</summary>
    ShardJobIdMismatch,

    /// <summary>A shard receipt has not promptTokens + outputTokens - 1 positions.</summary>
    ShardPositionsMismatch,

    /// <summary>A shard receipt has another tokens root than the leaf.</summary>
    ShardTokensRootMismatch,

    /// <summary>A shard receipt names a slot that is not registered.</summary>
    SlotUnknown,

    /// <summary>The slot serves another model.</summary>
    SlotModelMismatch,

    /// <summary>The receipt names another operator than the slot's.</summary>
    SlotOperatorMismatch,

    /// <summary>The slots do not cover the model's layers in order.</summary>
    LayersNotContiguous,

    /// <summary>The receipt is not signed by a key of the slot that is valid at its epoch.</summary>
    ShardSignatureInvalid,

    /// <summary>The batch was posted after the receipt's postBefore.</summary>
    PostBeforePassed,

    /// <summary>The receipt points to no quote of the batch.</summary>
    QuoteIndexOutOfRange,

    /// <summary>The quote record is of another model, slot, operator, epoch or key than the receipt.</summary>
    QuoteRecordMismatch,

    /// <summary>The receipt is not in the quoted execution root.</summary>
    ExecutionProofInvalid,

    /// <summary>The leaf's prompt count is not the request's.</summary>
    PromptTokensMismatch,

    /// <summary>No output, or more than the effective output limit.</summary>
    OutputTokensOutOfRange,

    /// <summary>Finish is stop and the last token is not in the stop set.</summary>
    StopTokenMissing,

    /// <summary>An output token before the last, or the last of an answer that did not finish by stop, is in the stop set.</summary>
    StopTokenIgnored,

    /// <summary>Finish is length and the output count is not the effective limit.</summary>
    LengthMismatch,

    /// <summary>Finish is cancelled and no cancellation is published.</summary>
    CancelMissing,

    /// <summary>A cancellation or its hash is there although the job was not cancelled.</summary>
    CancelUnexpected,

    /// <summary>The leaf's cancel hash is not that of the published cancellation.</summary>
    CancelHashMismatch,

    /// <summary>The cancellation is of another job.</summary>
    CancelJobMismatch,

    /// <summary>The output count is not the signed one.</summary>
    CancelCountMismatch,

    /// <summary>The cancellation was not signed by the user or a session key that may.</summary>
    CancelSignerInvalid,

    /// <summary>The fee is not promptTokens x promptPrice + outputTokens x outputPrice.</summary>
    FeeMismatch,

    /// <summary>A void leaf has receipts, output, a fee, a tokens root or tokens.</summary>
    VoidNotEmpty,

    /// <summary>The token data of a public job has not T + 1 ids.</summary>
    TokensLengthMismatch,

    /// <summary>The published ids do not give the leaf's tokens root.</summary>
    TokensRootMismatch,

    /// <summary>The published prompt does not give the request's root.</summary>
    PromptTokensRootMismatch,

    /// <summary>A published id is not below the vocabulary size.</summary>
    TokenOutOfRange,

    /// <summary>A leaf list has not T leaves.</summary>
    LeafListLengthMismatch,

    /// <summary>A leaf list does not give its receipt's trace root.</summary>
    TraceRootMismatch,

    /// <summary>See <see cref="Accounting.AccountingFault.NonceNotIncreasing"/>.</summary>
    NonceNotIncreasing,

    /// <summary>See <see cref="Accounting.AccountingFault.CumulativeMaxExceeded"/>.</summary>
    CumulativeMaxExceeded,

    /// <summary>See <see cref="Accounting.AccountingFault.Overdraft"/>.</summary>
    Overdraft,

    /// <summary>See <see cref="Accounting.AccountingFault.EarningsExceeded"/>.</summary>
    EarningsExceeded,

    /// <summary>See <see cref="Accounting.AccountingFault.AmountOverflow"/>.</summary>
    AmountOverflow,

    /// <summary>The leaf's state root is not that of the step.</summary>
    StateRootMismatch,

    /// <summary>The token data of a sealed job is not 1 to 4 wraps of its key and T + 1 encrypted ids.</summary>
    SealedTokensMalformed,
}
