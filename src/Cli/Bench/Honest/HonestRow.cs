using TeeTee.Cli.Devnet.Local;

namespace TeeTee.Cli.Bench.Honest;

/// <summary>What came of one honest run; a line of the progress file.</summary>
/// <param name="Run">Counted from 1.</param>
/// <param name="Shards">Shards of its network.</param>
/// <param name="Jobs">Jobs answered and settled.</param>
/// <param name="Tokens">Positions that were computed, over all jobs.</param>
/// <param name="Batches">Batches posted so far in its network.</param>
/// <param name="Endpoint">How the verifier's second endpoint misbehaved.</param>
/// <param name="Lies">How often it did.</param>
/// <param name="Disputes">Events of any dispute contract; 0 if nobody was accused.</param>
/// <param name="LostWei">What honest parties have less than they should, over all of them; "0" if nobody lost a wei.</param>
/// <param name="Seconds">Wall clock.</param>
/// <param name="Faults">What did not hold; empty if everything did.</param>
internal sealed record HonestRow(
    int Run, int Shards, int Jobs, int Tokens, int Batches, EndpointFaults Endpoint, int Lies, int Disputes, string LostWei, double Seconds,
    IReadOnlyList<string> Faults)
{
    /// <summary>Whether nobody was accused and nobody lost anything.</summary>
    public bool Ok => Faults.Count == 0 && Disputes == 0 && LostWei == "0";

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Run,4} {Shards,6} {Jobs,4} {Tokens,6} {Batches,7} {Lies,5} {Disputes,8} {LostWei,8} {Seconds,7:F1}  {(Ok ? "ok" : string.Join("; ", Faults))}");

    /// <summary>Names of the columns of <see cref="ToString"/>.</summary>
    public const string Header = " run shards jobs tokens batches  lies disputes lost wei seconds";
}
