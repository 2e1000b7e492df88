using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Jobs;

/// <summary>What a sequencer says of itself: <c>GET /v1/info</c> (docs/api.md section 1). Clients check it against the contract, they do not believe it.</summary>
/// <param name="ProtocolVersion">1.</param>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Rollup">Address of TeeTeeRollup, the verifying contract of every signature.</param>
/// <param name="Sequencer">Address that signs answer receipts and posts batches.</param>
/// <param name="EpochSeconds">Length of an epoch.</param>
/// <param name="WindowSeconds">Challenge window of a batch.</param>
/// <param name="SequencerShareBps">The sequencer's share of a fee in ten-thousandths.</param>
/// <param name="Models">Models with a complete pipeline now.</param>
public sealed record NodeInfo(
    uint ProtocolVersion, ulong ChainId, Address Rollup, Address Sequencer, uint EpochSeconds, uint WindowSeconds,
    uint SequencerShareBps, ImmutableArray<ModelInfo> Models);
