using System.Text;
using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Verifier.Data;

namespace TeeTee.Verifier.Tests;

public sealed class ManifestReaderTests
{
    private static readonly DataManifest s_manifest = new(
    [
        new ChunkRecord(new ItemKey(0, DataKind.Request, 0), 0, 10, Keccak256.Hash([1])),
        new ChunkRecord(new ItemKey(0, DataKind.LeafList, 1), 0, 20_000, Keccak256.Hash([2])),
        new ChunkRecord(new ItemKey(0, DataKind.LeafList, 1), 1, 20_000, Keccak256.Hash([3])),
        new ChunkRecord(new ItemKey(uint.MaxValue, DataKind.Quote, 7), 0, 0, Keccak256.Hash([])),
    ]);

    private static readonly BatchHeader s_header = new(1, Bytes32.Zero, 1, Bytes32.Zero, 1, s_manifest.Root(), 4, Bytes32.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryRead_KindsAsNumbersOrNames_GivesTheManifest(bool names)
    {
        Assert.True(ManifestReader.TryRead(Json(names), s_header, out DataManifest? manifest));
        Assert.Equal(s_manifest, manifest);
    }

    [Fact]
    public void TryRead_OtherRootOrCount_Refuses()
    {
        Assert.False(ManifestReader.TryRead(Json(false), s_header with { DataRoot = Bytes32.Zero }, out _));
        Assert.False(ManifestReader.TryRead(Json(false), s_header with { ChunkCount = 3 }, out _));
        Assert.False(ManifestReader.TryRead(Json(false), s_header with { ChunkCount = uint.MaxValue }, out _));
    }

    [Fact]
    public void TryRead_Truncated_Refuses()
    {
        byte[] json = Json(true);
        for (int length = 0; length < json.Length; length++)
            Assert.False(ManifestReader.TryRead(json.AsMemory(0, length), s_header, out _), $"{length} bytes");
    }

    [Fact]
    public void TryRead_RandomMutations_GiveTheManifestOrNothing()
    {
        Random random = new(5);
        byte[] json = Json(false);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] changed = [.. json];
            for (int n = random.Next(1, 4); n > 0; n--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (ManifestReader.TryRead(changed, s_header, out DataManifest? manifest))
                Assert.Equal(s_manifest, manifest);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"chunks\":null}")]
    [InlineData("{\"chunks\":[1,2,3,4]}")]
    [InlineData("{\"chunks\":[{},{},{},{}]}")]
    [InlineData("{\"chunks\":[{\"leaf\":-1,\"kind\":9,\"part\":0,\"number\":0,\"itemLength\":0,\"hash\":null},{},{},{}]}")]
    public void TryRead_OtherForms_Refuses(string json) => Assert.False(ManifestReader.TryRead(Encoding.UTF8.GetBytes(json), s_header, out _));

    private static byte[] Json(bool names) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        index = 1,
        chunks = s_manifest.Chunks.Select(c => new
        {
            leaf = c.Item.Leaf,
            kind = names ? (object)JsonNamingPolicy.CamelCase.ConvertName($"{c.Item.Kind}") : (int)c.Item.Kind,
            part = c.Item.Part,
            number = c.Number,
            itemLength = c.ItemLength,
            hash = $"{c.Hash}",
        }),
    });
}
