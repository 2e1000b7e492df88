using System.Text.Json;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.ShardNode;

namespace TeeTee.Cli.Devnet;

/// <summary>What a development network demands of its shards' quotes: the measurements of their simulated image, on chain and on links alike.</summary>
internal static class DevnetPolicy
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>The measurements of a machine that runs the shards' simulated image.</summary>
    public static SimulatedMeasurements Image { get; } = SimulatedMeasurements.Of(ShardNodeOptions.DefaultSimulatedImage, ShardNodeOptions.DefaultSimulatedCompose);

    /// <summary>Writes the policy file (docs/attestation.md), each start anew: it follows the program, not the folder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path)
    {
        Dictionary<string, string[]> registers = Image.ToAllowList().ToDictionary(
            pair => JsonNamingPolicy.CamelCase.ConvertName($"{pair.Key}"), pair => pair.Value.Select(value => Convert.ToHexStringLower(value.Span)).ToArray());
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(new { measurements = registers }, s_json));
    }
}
