using TeeTee.Primitives;

namespace TeeTee.ShardNode.Attestations;

/// <summary>What somebody asks this shard to prove: that its keys are its enclave's, now. The nonce is all that an asker chooses.</summary>
internal readonly record struct AttestationChallenge(Bytes32 Nonce, bool Legacy);
