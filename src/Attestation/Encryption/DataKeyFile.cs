using System.Text.Json;
using System.Text.Json.Serialization;
using TeeTee.Attestation.Keys;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Encryption;

/// <summary>The data key of one job as its user keeps it: JSON with mode 600.</summary>
/// <param name="JobId">The job that the key reads.</param>
/// <param name="Key">32 bytes.</param>
public sealed record DataKeyFile([property: JsonPropertyName("jobId")] Bytes32 JobId, [property: JsonPropertyName("dataKey")] Bytes32 Key)
{
    private const int MostBytes = 4096;

    // A key that is left out must not be read as 32 zero bytes.
    private static readonly JsonSerializerOptions s_strict = new() { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    /// <summary>Writes a new file.</summary>
    /// <exception cref="InvalidOperationException">The file exists.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Create(string path, Bytes32 jobId, DataKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        DataKeyFile content = new(jobId, new Bytes32(key.ToArray()));
        if (!PrivateFile.TryCreate(path, JsonSerializer.SerializeToUtf8Bytes(content)))
            throw new InvalidOperationException($"{path} exists; a data key is never overwritten.");
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidOperationException">The file is readable by others or is no data key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DataKeyFile Load(string path)
    {
        byte[] bytes = PrivateFile.Read(path);
        try
        {
            return (bytes.Length <= MostBytes ? JsonSerializer.Deserialize<DataKeyFile>(bytes, s_strict) : null)
                ?? throw new InvalidOperationException($"{path} is no data key file.");
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            throw new InvalidOperationException($"{path} is no data key file: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"data key of job {JobId}";
}
