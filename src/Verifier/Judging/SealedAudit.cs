using TeeTee.Attestation.Encryption;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Judging;

/// <summary>Opens the sealed jobs whose clients wrapped the data key to this verifier.</summary>
/// <param name="key">The audit key, or null without one.</param>
/// <param name="domain">Of the job ids.</param>
internal sealed class SealedAudit(EnclaveEncryptionKey? key, RollupDomain domain)
{
    /// <summary>The job, or null where it cannot be read.</summary>
    /// <remarks>
    /// What does not open, or opens to other ids than the signed roots commit, is unread and not wrong: the client makes the wraps, and a client
    /// that wraps another key must not convict an honest host. Ids that give both roots under the key's salts leave no room for that.
    /// </remarks>
    public OpenedJob? TryOpen(BatchLeaf leaf)
    {
        JobRequest request = leaf.Request.Message;
        SealedBinding binding = new(domain.Digest(request), request.User, request.Nonce, request.ModelId);
        if (key is null || !SealedExchange.TryOpenTokens(key, binding, leaf.Receipt.TokensRoot, leaf.Tokens, out SealedExchange? exchange, out uint[]? tokens))
            return null;
        using (exchange)
        {
            bool committed = tokens.Length > request.PromptTokens && exchange.TokensRoot(tokens) == leaf.Receipt.TokensRoot
                && exchange.PromptTokensRoot(tokens.AsSpan(0, (int)request.PromptTokens)) == request.PromptTokensRoot;
            return committed ? new OpenedJob(tokens, exchange.Salts) : null;
        }
    }
}
