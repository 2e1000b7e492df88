using TeeTee.Primitives;

namespace TeeTee.Sequencer.Receipts;

/// <summary>An account with its proof against <c>header.stateRoot</c> of the receipt's batch.</summary>
/// <param name="LeafData">abi.encode(Account) as 0x hex.</param>
public sealed record ReceiptAccount(Address Owner, string LeafData, AccountProof Proof);
