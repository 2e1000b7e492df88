using System.Diagnostics;

namespace TeeTee.Bench.Kernels;

/// <summary>Measures several actions in turn, again and again, so that what disturbs the machine meets all of them.</summary>
internal sealed class Rounds(int count, string unit)
{
    private readonly List<(string Name, double Units, Action Action, double[] Rates)> _lines = [];

    /// <summary>Adds an action that does a number of units per call; rates are units per nanosecond.</summary>
    public void Add(string name, double units, Action action) => _lines.Add((name, units, action, new double[count]));

    public void Run(bool perUnit = false)
    {
        foreach ((_, _, Action action, _) in _lines)
            action();
        for (int round = 0; round < count; round++)
        {
            foreach ((_, double units, Action action, double[] rates) in _lines)
            {
                long start = Stopwatch.GetTimestamp();
                action();
                double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
                rates[round] = perUnit ? nanoseconds / units : units / nanoseconds;
            }
        }
        foreach ((string name, _, _, double[] rates) in _lines)
        {
            Array.Sort(rates);
            Console.WriteLine($"{name,-44} {rates[count / 2],8:F1} {unit} [{rates[0]:F1}..{rates[^1]:F1}]");
        }
    }
}
