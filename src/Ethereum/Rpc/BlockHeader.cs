using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>What TeeTee reads of a block.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="ParentHash">The hash of the block before.</param>
/// <param name="Timestamp">Unix seconds.</param>
/// <param name="BaseFeePerGas">Wei per gas.</param>
public sealed record BlockHeader(ulong Number, Bytes32 Hash, Bytes32 ParentHash, ulong Timestamp, UInt128 BaseFeePerGas);
