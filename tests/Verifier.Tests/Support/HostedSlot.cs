using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>A registered slot with the keys of its simulated enclave.</summary>
internal sealed record HostedSlot(Slot Slot, PrivateKey Enclave, Bytes32 EncryptionKey, SimulatedQuoteSource Quotes);
