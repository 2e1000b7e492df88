using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Chain;

/// <summary>How a batch came on chain.</summary>
/// <param name="ParentHash">Hash of the batch that it builds on; zero of the first.</param>
/// <param name="ParentIndex">Index of that batch; 0 of the first.</param>
/// <param name="Poster">Who posted.</param>
/// <param name="PostedAt">The chain's time, Unix seconds.</param>
/// <param name="BlockNumber">The block that holds it; rules are judged on its state.</param>
/// <param name="BlockHash">That block's hash.</param>
public sealed record BatchPosting(
    ulong Index, Bytes32 BatchHash, Bytes32 ParentHash, ulong ParentIndex, Address Poster, ulong PostedAt, ulong BlockNumber, Bytes32 BlockHash, BatchHeader Header);
