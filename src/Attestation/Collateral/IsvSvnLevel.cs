using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Collateral;

/// <summary>One level of an enclave or module with a single security version.</summary>
/// <param name="IsvSvn">The version that reaches the level.</param>
/// <param name="TcbDate">When the level's newest fixes came out.</param>
/// <param name="Status">What reaching it means.</param>
/// <param name="Advisories">Advisories that are open at this level.</param>
public sealed record IsvSvnLevel(int IsvSvn, DateTimeOffset TcbDate, TcbStatus Status, IReadOnlyList<string> Advisories)
{
    /// <summary>The highest level that a version reaches, or null.</summary>
    internal static IsvSvnLevel? Find(IReadOnlyList<IsvSvnLevel> descending, int isvSvn)
    {
        foreach (IsvSvnLevel level in descending)
        {
            if (level.IsvSvn <= isvSvn)
                return level;
        }
        return null;
    }

    internal static IReadOnlyList<IsvSvnLevel> Read(JsonFields owner, params ReadOnlySpan<TcbStatus> allowed)
    {
        TcbStatus[] statuses = allowed.ToArray();
        IsvSvnLevel[] levels = owner.Objects("tcbLevels", 64, level => new IsvSvnLevel(
            level.Object("tcb").Number("isvsvn", ushort.MaxValue),
            level.Date("tcbDate"),
            level.Status("tcbStatus", statuses),
            level.Advisories()));
        if (levels.Length == 0)
            throw new MalformedCollateralException("tcbLevels is empty");
        return [.. levels.OrderByDescending(level => level.IsvSvn)];
    }
}
