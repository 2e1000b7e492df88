using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Receipts;

/// <summary>A sparse Merkle proof (protocol section 9).</summary>
public sealed record ReceiptAccountProof(Bytes32 Bitmap, ImmutableArray<Bytes32> Siblings);
