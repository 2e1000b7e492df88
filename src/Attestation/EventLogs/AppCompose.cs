using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// dstack's app-compose.json: what the machine runs. Its hash, over the exact bytes, is what a quote proves; the file says what that means, and
/// where its meaning can still change under the same hash.
/// </summary>
public sealed record AppCompose
{
    /// <summary>SHA-256 of the exact bytes, 32 bytes. Written anew, even with the same content, the file has another.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>The images of the compose file inside, in its order.</summary>
    public required IReadOnlyList<ComposeImage> Images { get; init; }

    /// <summary>Scripts that run on the machine before or beside its containers, and may fetch anything: "pre_launch_script", "init_script", "bash_script".</summary>
    public required IReadOnlyList<string> Scripts { get; init; }

    /// <summary>What keeps the images from being known: constructs of the compose file that are not read, services without an image. Empty if none.</summary>
    public required IReadOnlyList<string> Doubts { get; init; }

    /// <summary>Whether the hash fixes every byte that runs: images are all pinned, no scripts, no doubts.</summary>
    public bool IsPinned => Scripts.Count == 0 && Doubts.Count == 0 && Images.Count > 0 && Images.All(image => image.IsPinned);

    /// <summary>Reads the file, at most 1 MiB.</summary>
    /// <returns>False, with stage <see cref="EventLogStage.Compose"/> and a cause, for anything that is no JSON object of that kind.</returns>
    public static bool TryRead(
        ReadOnlyMemory<byte> json, [NotNullWhen(true)] out AppCompose? compose, [NotNullWhen(false)] out EventLogError? error)
    {
        (compose, error) = (null, null);
        try
        {
            compose = Read(json);
        }
        catch (MalformedEventLogException malformed)
        {
            error = malformed.Error;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            error = new EventLogError(EventLogStage.Compose, $"the app-compose file is no JSON object: {malformed.Message}");
        }
        return compose is not null;
    }

    private static AppCompose Read(ReadOnlyMemory<byte> json)
    {
        MalformedEventLogException.Require(
            json.Length <= EventLogLimits.ComposeBytes, EventLogStage.Compose, $"the app-compose file has {json.Length} bytes, at most {EventLogLimits.ComposeBytes} are read");
        using JsonDocument document = DstackJsonReader.Parse(json);
        JsonElement root = document.RootElement;
        string[] scripts = [.. new[] { "pre_launch_script", "init_script", "bash_script" }.Where(name => IsPresent(root, name))];
        ComposeImageReader images = new();
        if (root.TryGetProperty("docker_compose_file", out JsonElement file) && file.ValueKind == JsonValueKind.String)
            images.Read(file.GetString()!);
        else
            images.Doubt("there is no docker_compose_file");
        return new AppCompose { Hash = SHA256.HashData(json.Span), Images = images.Images, Scripts = scripts, Doubts = images.Doubts };
    }

    /// <summary>A script is text, or in newer files a list of texts.</summary>
    private static bool IsPresent(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement script) && script.ValueKind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.String => !string.IsNullOrWhiteSpace(script.GetString()),
            JsonValueKind.Array => script.GetArrayLength() > 0,
            _ => true,
        };
}
