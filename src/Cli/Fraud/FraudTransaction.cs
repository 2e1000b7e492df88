using TeeTee.Primitives;

namespace TeeTee.Cli.Fraud;

/// <summary>A transaction to a dispute contract, as a block and its receipt have it.</summary>
/// <param name="Name">The function called.</param>
/// <param name="Gas">Gas used, from the receipt.</param>
/// <param name="From">Who sent it.</param>
/// <param name="Hash">The transaction.</param>
internal sealed record FraudTransaction(string Name, ulong Gas, Address From, Bytes32 Hash);

/// <summary>A stake that a conviction took from.</summary>
/// <param name="Role">host or sequencer.</param>
/// <param name="Address">Whose stake.</param>
/// <param name="Wei">How much.</param>
internal sealed record FraudSlash(string Role, Address Address, UInt128 Wei);
