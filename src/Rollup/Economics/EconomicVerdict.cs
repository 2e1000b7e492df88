namespace TeeTee.Rollup.Economics;

/// <summary>What all rules say.</summary>
/// <param name="Findings">One for each rule that could be judged.</param>
public sealed record EconomicVerdict(IReadOnlyList<EconomicFinding> Findings)
{
    /// <summary>The rules that do not hold.</summary>
    public IEnumerable<EconomicFinding> Broken => Findings.Where(f => !f.Holds);

    /// <summary>Whether all hold.</summary>
    public bool Holds => !Broken.Any();

    /// <summary>
    /// Why a node must not start, or null. With development parameters only a certain loss is a reason; what else is broken is to be warned of.
    /// </summary>
    public string? Refusal(bool development)
    {
        string[] reasons = [.. Broken.Where(f => !development || f.LossIsCertain).Select(f => f.ToString())];
        return reasons.Length == 0 ? null : $"These parameters lose money. {string.Join("; ", reasons)}. See docs/economics.md.";
    }
}
