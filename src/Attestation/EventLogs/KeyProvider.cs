namespace TeeTee.Attestation.EventLogs;

/// <summary>Who gives a dstack machine its keys, as its boot measured it.</summary>
/// <param name="Name">"none", "local-sgx", "kms" or "tpm".</param>
/// <param name="Id">What identifies it: the public key of a KMS, the enclave measurement of a local provider; may be empty.</param>
public sealed record KeyProvider(string Name, ReadOnlyMemory<byte> Id);
