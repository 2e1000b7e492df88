using TeeTee.Attestation.Encryption;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Contracts;

/// <summary>How a client seals its prompts: what must hold of the first slot's key before anything is encrypted to it, and who else may read.</summary>
/// <param name="Verifications">All must find no fault; at least one.</param>
/// <param name="Auditors">X25519 keys of verifiers; at most three.</param>
public sealed record ConfidentialMode(IReadOnlyList<IEnclaveKeyVerification> Verifications, IReadOnlyList<Bytes32> Auditors)
{
    /// <summary>Most auditors of a job.</summary>
    public const int MostAuditors = SealedFrame.MostWraps - 1;

    /// <summary>To whom a prompt of this model is sealed now.</summary>
    /// <exception cref="AnswerFaultException">The key of the first slot is not to be trusted; nothing was encrypted or sent.</exception>
    /// <exception cref="JobApiException">It cannot be verified now.</exception>
    public async Task<JobSeal> SealAsync(NodeInfo node, ModelInfo model, CancellationToken cancellationToken)
    {
        if (Verifications.Count == 0 || model.Slots.IsEmpty)
            throw new AnswerFaultException("Nothing was sent: there is no way to verify the key of the pipeline's first slot.");
        foreach (IEnclaveKeyVerification verification in Verifications)
        {
            if (await verification.FirstFaultAsync(node, model, cancellationToken).ConfigureAwait(false) is { } fault)
                throw new AnswerFaultException($"Nothing was sent: the enclave that the prompt would be encrypted to cannot be verified: {fault}.");
        }
        if (!Hpke.IsRecipient(model.EncryptionKey.ToArray()))
            throw new AnswerFaultException($"Nothing was sent: {model.EncryptionKey} is no key that anything can be encrypted to.");
        return new JobSeal(model.EncryptionKey, Auditors);
    }
}
