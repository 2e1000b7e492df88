using TeeTee.Gateway.Jobs;

namespace TeeTee.Gateway.Contracts;

/// <summary>
/// Decides whether the key to which a prompt is about to be sealed is that of the enclave that the contracts know as the pipeline's first slot.
/// The sequencer names slot, signing key and encryption key (<see cref="ModelInfo.Slots"/>, <see cref="ModelInfo.EncryptionKey"/>) and is not believed.
/// </summary>
public interface IEnclaveKeyVerification
{
    /// <summary>Why the key may not be used, or null if it may.</summary>
    /// <param name="node">The sequencer.</param>
    /// <param name="model">The model with its pipeline; at least one slot.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="JobApiException">What it asks cannot be reached.</exception>
    Task<string?> FirstFaultAsync(NodeInfo node, ModelInfo model, CancellationToken cancellationToken);
}
