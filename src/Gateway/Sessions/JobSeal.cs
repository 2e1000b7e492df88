using TeeTee.Primitives;

namespace TeeTee.Gateway.Sessions;

/// <summary>To whom a confidential prompt is sealed.</summary>
/// <param name="EncryptionKey">X25519 key of the pipeline's first slot, verified before (<see cref="Contracts.ConfidentialMode"/>).</param>
/// <param name="Auditors">X25519 keys of verifiers that may read and re-execute the job; at most three.</param>
public sealed record JobSeal(Bytes32 EncryptionKey, IReadOnlyList<Bytes32> Auditors);
