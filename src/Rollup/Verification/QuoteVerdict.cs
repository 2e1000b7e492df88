namespace TeeTee.Rollup.Verification;

/// <summary>What quote verification said about one quote of a batch; it is not this assembly's part.</summary>
/// <param name="IsAccepted">Signature chain, report data and policy hold.</param>
/// <param name="Cause">Why not, for people.</param>
public sealed record QuoteVerdict(bool IsAccepted, string Cause)
{
    /// <summary>Accepted.</summary>
    public static QuoteVerdict Accepted { get; } = new(true, "");
}
