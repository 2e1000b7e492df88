using System.Text.Json;
using System.Text.Json.Serialization;
using TeeTee.Primitives;
using TeeTee.Rollup.Json;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>Where the contracts of one chain are: deployment.json.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Rollup">TeeTeeRollup.</param>
/// <param name="Registry">HostRegistry.</param>
/// <param name="Credits">Credits.</param>
/// <param name="QuoteVerifier">The IQuoteVerifier.</param>
/// <param name="DeployedAtBlock">First block worth reading events from.</param>
public sealed record Deployment(
    ulong ChainId, Address Rollup, Address Registry, Address Credits, Address QuoteVerifier, ulong DeployedAtBlock)
{
    private const int LongestFile = 65_536;

    /// <summary>The TcbRegistry behind the verifier, for who runs it; null in files of older deployments.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? TcbRegistry { get; init; }

    /// <summary>The DisputeHub, for who reads; who watches asks the rollup for its dispute module. Null in older files, like all below.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? DisputeHub { get; init; }

    /// <summary>The QuoteChallenges contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? QuoteChallenges { get; init; }

    /// <summary>The DisputeGame contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? DisputeGame { get; init; }

    /// <summary>The StepVerifier contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? StepVerifier { get; init; }

    /// <summary>The SequencerFaults contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? SequencerFaults { get; init; }

    /// <summary>The DataChallenges contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? DataChallenges { get; init; }

    /// <summary>The AnswerChallenges contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? AnswerChallenges { get; init; }

    /// <summary>The WeightChallenges contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? WeightChallenges { get; init; }

    /// <summary>The Compensations contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Address? Compensations { get; init; }

    /// <summary>The domain of this deployment's signatures.</summary>
    public RollupDomain Domain() => new(ChainId, Rollup);

    /// <summary>Reads a deployment file.</summary>
    /// <exception cref="InvalidDataException">The file is no deployment; the message names the path and the cause.</exception>
    public static async Task<Deployment> LoadAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        if (file.Length > LongestFile)
            throw new InvalidDataException($"{path} has {file.Length} bytes; a deployment has at most {LongestFile}.");
        try
        {
            return await JsonSerializer.DeserializeAsync<Deployment>(file, RollupJson.Options, cancellationToken)
                ?? throw new InvalidDataException($"{path} is no deployment: it is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no deployment: {e.Message}", e);
        }
    }

    /// <summary>Writes the file whole or not at all.</summary>
    public async Task SaveAsync(string path, CancellationToken cancellationToken)
    {
        string temporary = path + ".new";
        await File.WriteAllBytesAsync(temporary, JsonSerializer.SerializeToUtf8Bytes(this, RollupJson.Indented), cancellationToken);
        File.Move(temporary, path, overwrite: true);
    }
}
