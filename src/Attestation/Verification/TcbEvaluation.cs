using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>
/// The TCB status of one platform by the rules of Intel's quote verification library of 2026 (4.1.2.5): platform level by the certificate's
/// and the report's versions, module level, QE level, and how the three become one.
/// </summary>
/// <param name="info">The levels.</param>
/// <param name="qeLevel">The quoting enclave's level.</param>
/// <param name="pck">The platform as its certificate has it.</param>
/// <param name="strict">Whether all 16 TDX components are compared.</param>
internal sealed class TcbEvaluation(TcbInfo info, IsvSvnLevel qeLevel, PckExtension pck, bool strict)
{
    private const int Minor = 0;
    private const int Major = 1;

    /// <summary>The status of an SGX platform: certificate and quoting enclave only.</summary>
    public bool TryEvaluateSgx([NotNullWhen(true)] out TcbResult? result, out string cause)
    {
        TcbLevel? level = info.Levels.FirstOrDefault(ReachesSgx);
        result = level is null ? null : Combine(level, null);
        cause = level is null ? "no TCB level matches the platform" : "";
        return result is not null;
    }

    /// <summary>
    /// The status of a TD. Of a report with two sets of versions the first, at launch, decides; where it is out of date and the second, as
    /// of now, is not, the TD should be launched again (4.1.2.5.1.20).
    /// </summary>
    public bool TryEvaluateTdx(TdReport report, [NotNullWhen(true)] out TcbResult? result, out string cause)
    {
        if (!TryEvaluateTdx(report.TeeTcbSvn.Span, out result, out cause) || report.TeeTcbSvn2.IsEmpty)
            return result is not null;
        if (!TryEvaluateTdx(report.TeeTcbSvn2.Span, out TcbResult? current, out cause))
        {
            result = null;
            cause = $"current versions: {cause}";
            return false;
        }
        result = result with { Status = TcbConvergence.Relaunch(result.Status, current.Status) };
        return true;
    }

    private bool TryEvaluateTdx(ReadOnlySpan<byte> svn, [NotNullWhen(true)] out TcbResult? result, out string cause)
    {
        result = null;
        if (FindLevel(svn) is not { } level)
        {
            cause = $"no TCB level matches TEE_TCB_SVN {Convert.ToHexStringLower(svn)}";
            return false;
        }
        IsvSvnLevel? module = null;
        if (svn[Major] > 0)
        {
            module = info.FindModule(svn[Major]) is { } identity ? IsvSvnLevel.Find(identity.Levels, svn[Minor]) : null;
            if (module is null)
            {
                cause = $"no level matches TDX module {svn[Major]}.{svn[Minor]}";
                return false;
            }
        }
        result = Combine(level, module);
        cause = "";
        return true;
    }

    /// <summary>
    /// Of a module with a version of its own the first two components are its minor and major version, which its identity judges; the strict
    /// rule compares them all the same.
    /// </summary>
    private TcbLevel? FindLevel(ReadOnlySpan<byte> svn)
    {
        int first = svn[Major] > 0 && !strict ? 2 : 0;
        foreach (TcbLevel level in info.Levels)
        {
            if (ReachesSgx(level) && Reaches(svn[first..], level.TdxComponents.Span[first..]))
                return level;
        }
        return null;
    }

    private bool ReachesSgx(TcbLevel level) =>
        Reaches(pck.TcbComponents.Span, level.SgxComponents.Span) && pck.PceSvn >= level.PceSvn;

    private static bool Reaches(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> needed)
    {
        for (int i = 0; i < needed.Length; i++)
        {
            if (actual[i] < needed[i])
                return false;
        }
        return true;
    }

    private TcbResult Combine(TcbLevel platform, IsvSvnLevel? module)
    {
        IEnumerable<string> advisories = platform.Advisories.Concat(qeLevel.Advisories).Concat(module?.Advisories ?? []);
        DateTimeOffset date = platform.TcbDate < qeLevel.TcbDate ? platform.TcbDate : qeLevel.TcbDate;
        if (module is not null && module.TcbDate < date)
            date = module.TcbDate;
        TcbStatus status = TcbConvergence.Converge(platform.Status, qeLevel.Status, module?.Status ?? TcbStatus.UpToDate);
        return new TcbResult(status, [.. advisories.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], date);
    }
}
