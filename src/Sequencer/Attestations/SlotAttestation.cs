using TeeTee.Attestation.Collateral;
using TeeTee.Sequencer.Shards;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.Sequencer.Attestations;

/// <summary>What one shard of a pipeline answered to a challenge.</summary>
/// <param name="Member">The shard.</param>
/// <param name="Answer">Its answer, which fits the registry and the challenge; null with a fault.</param>
/// <param name="Collateral">Of its platform, if there is any.</param>
/// <param name="Fault">Why there is no answer.</param>
internal sealed record SlotAttestation(ShardMember Member, ShardAttestation? Answer, QuoteCollateral? Collateral, string? Fault);
