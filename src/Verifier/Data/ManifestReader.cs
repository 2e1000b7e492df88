using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Data;

/// <summary>Reads the chunk records from what a sequencer answers about a batch (docs/api.md, section 1); nothing else of it is used.</summary>
internal static class ManifestReader
{
    /// <summary>Most bytes of JSON for one record.</summary>
    public const int BytesPerChunk = 512;

    /// <summary>False unless there are exactly as many records as the header says and they give its data root.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, BatchHeader header, [NotNullWhen(true)] out DataManifest? manifest)
    {
        manifest = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            if (!document.RootElement.TryGetProperty("chunks", out JsonElement chunks) || chunks.GetArrayLength() != header.ChunkCount)
                return false;
            DataManifest read = new([.. chunks.EnumerateArray().Select(Record)]);
            if (read.Root() == header.DataRoot)
                manifest = read;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            return false;
        }

        return manifest is not null;
    }

    private static ChunkRecord Record(JsonElement chunk)
    {
        ItemKey key = new(chunk.GetProperty("leaf").GetUInt32(), Kind(chunk.GetProperty("kind")), chunk.GetProperty("part").GetUInt16());
        return new ChunkRecord(
            key, chunk.GetProperty("number").GetUInt32(), chunk.GetProperty("itemLength").GetUInt32(), Bytes32.Parse(chunk.GetProperty("hash").GetString()!));
    }

    private static DataKind Kind(JsonElement kind)
    {
        DataKind value = kind.ValueKind == JsonValueKind.String
            ? Enum.Parse<DataKind>(kind.GetString()!, ignoreCase: true)
            : (DataKind)kind.GetByte();
        return Enum.IsDefined(value) ? value : throw new FormatException($"Unknown kind {value}.");
    }
}
