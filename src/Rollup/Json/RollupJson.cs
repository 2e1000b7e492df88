using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeeTee.Rollup.Json;

/// <summary>
/// The JSON forms of the protocol's messages: camel-case names as in the ABI, hashes, addresses and signatures as 0x hex, amounts of
/// wei as decimal strings, enumerations as camel-case names. Reading is strict: every member, none unknown, none twice.
/// </summary>
public static class RollupJson
{
    /// <summary>Options for <see cref="JsonSerializer"/>; read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: false);

    /// <summary>The same, indented, for files that people read.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented)
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
        {
            AllowDuplicateProperties = false,
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            WriteIndented = indented,
            Converters =
            {
                new WeiConverter(),
                new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
