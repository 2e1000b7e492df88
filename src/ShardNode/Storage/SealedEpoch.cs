using TeeTee.Primitives;

namespace TeeTee.ShardNode.Storage;

/// <summary>A closed set of receipts under its quote.</summary>
internal sealed record SealedEpoch(
    ulong Epoch, Bytes32 ExecutionRoot, IReadOnlyList<Bytes32> Digests, Address SigningKey, Bytes32 EncryptionKey, byte[] Quote);
