using System.Globalization;
using TeeTee.Attestation.Verification;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>
/// TCB levels as Intel publishes them, any of them: descending in every component, accepted ones before all others. Platform levels and
/// those of one to three TDX modules.
/// </summary>
internal static class RandomLevels
{
    private const int Components = 16;
    private const string Start = "\"tdxModuleIdentities\":";

    private static readonly TcbStatus[] s_platform =
    [
        TcbStatus.SWHardeningNeeded, TcbStatus.ConfigurationNeeded, TcbStatus.ConfigurationAndSWHardeningNeeded, TcbStatus.OutOfDate,
        TcbStatus.OutOfDateConfigurationNeeded, TcbStatus.Revoked,
    ];

    private static readonly TcbStatus[] s_module = [TcbStatus.OutOfDate, TcbStatus.Revoked];

    /// <summary>The simulator's TCB info with other levels.</summary>
    public static string Replace(string tcbInfo, Random random)
    {
        string modules = string.Join(',', new[] { 1, 3, 5 }.Take(random.Next(1, 4)).Select(version => Module(version, random)));
        string head = tcbInfo[..tcbInfo.IndexOf(Start, StringComparison.Ordinal)];
        return $"{head}{Start}[{modules}],\"tcbLevels\":[{string.Join(',', Levels(random))}]}}";
    }

    private static string Module(int version, Random random)
    {
        int svn = random.Next(4, 60);
        string[] levels = [.. Statuses(s_module, random).Select(status => Level($"\"isvsvn\":{svn -= random.Next(svn > 3 ? 4 : 1)}", status))];
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"id":"TDX_{{version:X2}}","mrsigner":"{{new string('0', 96)}}","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF","tcbLevels":[{{string.Join(',', levels)}}]}
            """);
    }

    private static List<string> Levels(Random random)
    {
        int[] sgx = [.. Enumerable.Range(0, Components).Select(_ => random.Next(2) * random.Next(1, 20))];
        int[] tdx = [.. Enumerable.Range(0, Components).Select(i => i == 1 ? 0 : random.Next(3) / 2 * random.Next(1, 9))];
        (sgx[0], tdx[2]) = (random.Next(8, 20), random.Next(8, 12));
        int pceSvn = random.Next(10, 20);
        List<string> levels = [];
        foreach (TcbStatus status in Statuses(s_platform, random))
        {
            levels.Add(Level($"\"sgxtcbcomponents\":{Array(sgx)},\"pcesvn\":{pceSvn},\"tdxtcbcomponents\":{Array(tdx)}", status));
            Lower(sgx, random);
            Lower(tdx, random);
            pceSvn -= random.Next(2);
        }
        return levels;
    }

    // One accepted status or more, then others.
    private static IEnumerable<TcbStatus> Statuses(TcbStatus[] others, Random random) =>
    [
        .. Enumerable.Repeat(TcbStatus.UpToDate, random.Next(1, 4)), .. Enumerable.Range(0, random.Next(3)).Select(_ => others[random.Next(others.Length)]),
    ];

    private static void Lower(int[] components, Random random)
    {
        for (int i = 0; i < components.Length; i++)
            components[i] = Math.Max(0, components[i] - (random.Next(3) == 0 ? random.Next(3) : 0));
    }

    private static string Array(int[] svns) => $"[{string.Join(',', svns.Select(svn => $"{{\"svn\":{svn}}}"))}]";

    private static string Level(string tcb, TcbStatus status) =>
        $"{{\"tcb\":{{{tcb}}},\"tcbDate\":\"2026-05-13T00:00:00Z\",\"tcbStatus\":\"{status}\"}}";
}
