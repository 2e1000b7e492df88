using System.Diagnostics;

namespace TeeTee.EndToEnd.Tests;

/// <summary>Bounds of every wait.</summary>
internal static class Limits
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>For one command or one stage of a network on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(150);

    /// <summary>Asks until the answer is yes.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await holds().WaitAsync(Patience))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"Waited {Patience.TotalSeconds} s for {what}.");
            await Task.Delay(s_pause);
        }
    }
}
