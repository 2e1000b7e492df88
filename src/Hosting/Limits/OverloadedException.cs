namespace TeeTee.Hosting.Limits;

/// <summary>There is no room for more work of a kind now; the same call may succeed a moment later.</summary>
public sealed class OverloadedException(string message) : Exception(message);
