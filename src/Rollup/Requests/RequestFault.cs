namespace TeeTee.Rollup.Requests;

/// <summary>A broken rule and a message for whoever made the request; it names both values and holds no prompt.</summary>
public sealed record RequestFault(RequestFaultCode Code, string Message);
