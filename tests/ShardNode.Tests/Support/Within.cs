namespace TeeTee.ShardNode.Tests.Support;

/// <summary>Bounds every await of a test.</summary>
internal static class Within
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(40);

    public static Task<T> Bound<T>(this Task<T> task) => task.WaitAsync(s_most);

    public static Task Bound(this Task task) => task.WaitAsync(s_most);
}
