namespace TeeTee.Rollup.Economics;

/// <summary>What one rule says about given parameters.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Statement">The relation in words.</param>
/// <param name="Value">Its left side.</param>
/// <param name="Bound">Its right side.</param>
/// <param name="Holds">Whether it holds.</param>
/// <param name="LossIsCertain">If it does not: whether money is lost whatever happens, so that not even a development network should start.</param>
public sealed record EconomicFinding(EconomicRule Rule, string Statement, string Value, string Bound, bool Holds, bool LossIsCertain)
{
    /// <summary>For a log or an error: the rule and both values.</summary>
    public override string ToString() => $"{Rule}: {Statement} {(Holds ? "holds" : "does not hold")}: {Value} against {Bound}";
}
