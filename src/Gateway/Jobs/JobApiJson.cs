using System.Text.Json;
using System.Text.Json.Serialization;
using TeeTee.Rollup.Json;

namespace TeeTee.Gateway.Jobs;

/// <summary>The JSON form of the native job API: the messages as <see cref="RollupJson"/> has them, unknown members skipped so that an older client can read a newer sequencer.</summary>
public static class JobApiJson
{
    /// <summary>Options for <see cref="JsonSerializer"/>; read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        JsonSerializerOptions options = new(RollupJson.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        };
        options.MakeReadOnly();
        return options;
    }
}
