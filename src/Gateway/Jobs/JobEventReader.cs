using System.Text.Json;

namespace TeeTee.Gateway.Jobs;

/// <summary>The names under which the kinds of <see cref="JobEvent"/> travel, and both directions of their JSON.</summary>
public static class JobEventReader
{
    /// <summary>The event's name on the wire.</summary>
    public static string NameOf(JobEvent item) => item switch
    {
        JobAccepted => "accepted",
        JobTokens => "tokens",
        JobFinished => "finished",
        JobFailed => "failed",
        _ => throw new ArgumentException($"{item.GetType().Name} is no event of the job API.", nameof(item)),
    };

    /// <summary>The event's JSON on the wire.</summary>
    public static string DataOf(JobEvent item) => JsonSerializer.Serialize(item, item.GetType(), JobApiJson.Options);

    /// <summary>The event, or null for a name that this version does not know.</summary>
    /// <exception cref="JsonException">The data does not fit the name.</exception>
    public static JobEvent? Read(string name, string data) => name switch
    {
        "accepted" => Parse<JobAccepted>(data),
        "tokens" => Parse<JobTokens>(data),
        "finished" => Parse<JobFinished>(data),
        "failed" => Parse<JobFailed>(data),
        _ => null,
    };

    private static T Parse<T>(string data)
        where T : JobEvent =>
        JsonSerializer.Deserialize<T>(data, JobApiJson.Options) ?? throw new JsonException($"The event {typeof(T).Name} is null.");
}
