using System.Globalization;

namespace TeeTee.Cli.Fraud;

/// <summary>What became of one fault; every value is read from the chain.</summary>
/// <param name="Fault">Its name.</param>
/// <param name="Caught">Whether whoever had to be punished was, and nobody else; of an attack, whether the honest party kept everything.</param>
/// <param name="Operator">The operator of the model that was selected; null where none was.</param>
/// <param name="Layer">Its layer of the model; null outside of layers.</param>
/// <param name="Position">The disputed position.</param>
/// <param name="Element">The element, block or chunk that was proved wrong; null where nothing was proved, as for faults of the sequencer.</param>
/// <param name="Transactions">To the dispute contracts, in order.</param>
/// <param name="Slashed">Stakes that were taken from.</param>
/// <param name="Refunded">Wei that go back to users.</param>
/// <param name="Bounty">Wei that the challenger got from penalties.</param>
/// <param name="HonestHostsUnharmed">Whether every other party has at least the stake and the earnings that it had before.</param>
internal sealed record FraudResult(
    string Fault, bool Caught, string? Operator, int? Layer, uint? Position, uint? Element, IReadOnlyList<FraudTransaction> Transactions,
    IReadOnlyList<FraudSlash> Slashed, UInt128 Refunded, UInt128 Bounty, bool HonestHostsUnharmed)
{
    /// <summary>The JSON form: wei as decimal strings.</summary>
    public object ToJson() => new
    {
        fault = Fault,
        caught = Caught,
        @operator = Operator,
        layer = Layer,
        position = Position,
        element = Element,
        transactions = Transactions.Select(t => new { name = t.Name, gas = t.Gas }),
        slashed = Slashed.Select(s => new { role = s.Role, address = s.Address, wei = Text(s.Wei) }),
        refunded = Text(Refunded),
        bounty = Text(Bounty),
        honestHostsUnharmed = HonestHostsUnharmed,
    };

    private static string Text(UInt128 wei) => wei.ToString(CultureInfo.InvariantCulture);
}
