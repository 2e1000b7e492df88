using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Receipts;

/// <summary>The user's account after the batch: <c>abi.encode(Account)</c> in hex, and its proof in the state tree.</summary>
public sealed record ReceiptAccountPart(Address Owner, string LeafData, ReceiptAccountProof Proof);
