namespace TeeTee.Gateway.Jobs;

/// <summary>The error object of every HTTP answer that is no success.</summary>
public sealed record ApiErrorBody(ApiError Error);

/// <summary>A code of docs/api.md section 5 and a message for people; the type only where another project's interface has one.</summary>
public sealed record ApiError(string Code, string Message, string? Type = null);
