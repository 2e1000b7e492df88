namespace TeeTee.Grpc.Tests.Support;

/// <summary>No await of a test may hang the run.</summary>
internal static class Bounded
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Within(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Within<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    public static Task Within(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    public static async Task Within(this SemaphoreSlim released) => Assert.True(await released.WaitAsync(Limit));

    public static Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> items) => Collect(items).Within();

    public static async Task<GrpcException> FailsWith(GrpcStatusCode code, Func<Task> call)
    {
        GrpcException e = await Assert.ThrowsAsync<GrpcException>(() => call().Within());
        Assert.True(code == e.Code, $"expected {code}, got {e.Code}: {e}");
        return e;
    }

    private static async Task<List<T>> Collect<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items)
            list.Add(item);
        return list;
    }
}
