using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Receipts;

/// <summary>A sparse Merkle proof: which of the 160 siblings are not zero, and these, deepest first.</summary>
public sealed record AccountProof(Bytes32 Bitmap, ImmutableArray<Bytes32> Siblings);
