namespace TeeTee.Rollup.Economics;

/// <summary>How jobs are watched.</summary>
/// <param name="SamplingRate">Chance that a job is run again by somebody who would dispute it: q of the formulas.</param>
/// <param name="CollusionRate">Chance that this somebody is the host itself or its friend: r of the formulas.</param>
public sealed record Watching(double SamplingRate, double CollusionRate)
{
    /// <summary>Chance that a wrong job is convicted: q(1 - r).</summary>
    public double Conviction => SamplingRate * (1 - CollusionRate);
}
