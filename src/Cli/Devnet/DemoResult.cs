using System.Globalization;
using TeeTee.Primitives;

namespace TeeTee.Cli.Devnet;

/// <summary>What <c>teetee demo --json</c> prints.</summary>
internal sealed record DemoResult(
    string Prompt, string Answer, string Model, int Shards, uint TokenCount, Bytes32 ReceiptId, ulong BatchIndex, string BatchTx, string Verdict,
    string Status, UInt128 Charged, IReadOnlyList<Payout> Payouts, IReadOnlyDictionary<string, double> Seconds, bool Confidential)
{
    /// <summary>The JSON form: wei as decimal strings.</summary>
    public object ToJson() => new
    {
        prompt = Prompt,
        answer = Answer,
        model = Model,
        shards = Shards,
        tokenCount = TokenCount,
        receiptId = ReceiptId,
        batchIndex = BatchIndex,
        batchTx = BatchTx,
        verdict = Verdict,
        status = Status,
        charged = Charged.ToString(CultureInfo.InvariantCulture),
        payouts = Payouts.Select(p => new { role = p.Role, address = p.Address, wei = p.Wei.ToString(CultureInfo.InvariantCulture) }),
        seconds = Seconds,
        confidential = Confidential ? true : (bool?)null,
    };
}
