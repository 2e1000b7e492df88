using System.Text.Json;
using System.Text.Json.Serialization;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;

namespace TeeTee.Cli.Bench.Binary32;

/// <summary>How far each operation has come; kept in a file so that a run that was cut goes on.</summary>
/// <remarks>It holds for one code of the contract and one seed: with another of either, everything starts again.</remarks>
internal sealed class FuzzState
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>Hash of the contract's creation code.</summary>
    public required string CodeHash { get; init; }

    /// <summary>Seed of the cases.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Progress by operation.</summary>
    public SortedDictionary<FuzzOperation, FuzzProgress> Operations { get; init; } = [];

    /// <summary>Reads the file if it holds for this code and seed, else begins.</summary>
    /// <exception cref="FailureException">The file is no state.</exception>
    public static FuzzState LoadOrBegin(string? path, Bytes32 codeHash, ulong seed)
    {
        FuzzState fresh = new() { CodeHash = codeHash.ToString(), Seed = seed };
        if (path is null || !File.Exists(path))
            return fresh;
        try
        {
            FuzzState? known = JsonSerializer.Deserialize<FuzzState>(File.ReadAllText(path), s_json);
            return known is not null && known.CodeHash == fresh.CodeHash && known.Seed == seed ? known : fresh;
        }
        catch (JsonException fault)
        {
            throw new FailureException(ExitCode.Configuration, "bad_state", $"{path} is not the state of a fuzz run.", fault);
        }
    }

    /// <summary>Progress of one operation, begun if there is none.</summary>
    public FuzzProgress Of(FuzzOperation operation)
    {
        if (!Operations.TryGetValue(operation, out FuzzProgress? progress))
            Operations[operation] = progress = new FuzzProgress();
        return progress;
    }

    /// <summary>Writes the file; whoever reads it meanwhile sees the old one or the new one.</summary>
    public void Save(string? path)
    {
        if (path is null)
            return;
        string draft = path + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(this, s_json));
        File.Move(draft, path, overwrite: true);
    }
}
