using TeeTee.Gateway.Jobs;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>No await of a test may hang the run.</summary>
internal static class BoundedWait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Within(this Task task) => task.WaitAsync(Limit);

    public static Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> items) => CollectAsync(items).Within();

    /// <summary>Waits until something holds, which another thread brings about.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!holds())
            await Task.Delay(10, limit.Token);
    }

    public static async Task<JobApiException> RefusedAsync(string code, Func<Task> call)
    {
        JobApiException refusal = await Assert.ThrowsAsync<JobApiException>(() => call().Within());
        Assert.Equal(code, refusal.Code);
        return refusal;
    }

    private static async Task<List<T>> CollectAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items)
            list.Add(item);
        return list;
    }
}
