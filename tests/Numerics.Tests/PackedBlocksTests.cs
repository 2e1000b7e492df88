using System.Buffers.Binary;
using System.Text.Json;

namespace TeeTee.Numerics.Tests;

public class PackedBlocksTests
{
    private delegate void Decoder(ReadOnlySpan<byte> block, Span<float> elements);

    private static readonly Dictionary<string, Decoder> s_decoders = new()
    {
        ["Q4_0"] = static (block, elements) => ThroughQ8(PackedBlocks.Q4ToQ8, block, elements),
        ["Q4_1"] = PackedBlocks.Q4WithMinimum,
        ["Q5_0"] = static (block, elements) => ThroughQ8(PackedBlocks.Q5ToQ8, block, elements),
        ["Q5_1"] = PackedBlocks.Q5WithMinimum,
        ["Q8_0"] = Embedding.Dequantize,
        ["Q2_K"] = PackedBlocks.Q2K,
        ["Q3_K"] = PackedBlocks.Q3K,
        ["Q4_K"] = PackedBlocks.Q4K,
        ["Q5_K"] = PackedBlocks.Q5K,
        ["Q6_K"] = PackedBlocks.Q6K,
    };

    public static TheoryData<string> Types => [.. s_decoders.Keys];

    /// <summary>The vectors come from packed-blocks.py beside them, which knows the formats element by element.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Decode_EveryVector_HasItsBits(string type)
    {
        JsonElement[] vectors = [.. Vectors().Where(vector => vector.GetProperty("type").GetString() == type)];
        Assert.InRange(vectors.Length, 6, 12);
        foreach (JsonElement vector in vectors)
        {
            byte[] expected = Convert.FromHexString(vector.GetProperty("elements").GetString()!);
            float[] elements = new float[expected.Length / 4];
            s_decoders[type](Convert.FromHexString(vector.GetProperty("block").GetString()!), elements);
            for (int i = 0; i < elements.Length; i++)
                Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(expected.AsSpan(i * 4)), BitConverter.SingleToUInt32Bits(elements[i]));
        }
    }

    [Fact]
    public void Vectors_Types_AreAllDecoded() =>
        Assert.Equal(s_decoders.Keys.Order(), Vectors().Select(vector => vector.GetProperty("type").GetString()!).Distinct().Order());

    /// <summary>Where the halves stand in a block; the number of elements.</summary>
    [Theory]
    [InlineData("Q4_0", 18, 32, 0)]
    [InlineData("Q4_1", 20, 32, 0)]
    [InlineData("Q4_1", 20, 32, 2)]
    [InlineData("Q5_0", 22, 32, 0)]
    [InlineData("Q5_1", 24, 32, 0)]
    [InlineData("Q5_1", 24, 32, 2)]
    [InlineData("Q2_K", 84, 256, 80)]
    [InlineData("Q2_K", 84, 256, 82)]
    [InlineData("Q3_K", 110, 256, 108)]
    [InlineData("Q4_K", 144, 256, 0)]
    [InlineData("Q4_K", 144, 256, 2)]
    [InlineData("Q5_K", 176, 256, 0)]
    [InlineData("Q5_K", 176, 256, 2)]
    [InlineData("Q6_K", 210, 256, 208)]
    public void Decode_ScaleThatIsNotFinite_IsRefusedByTheQuantizer(string type, int bytes, int count, int at)
    {
        Random random = new(at + bytes);
        byte[] block = new byte[bytes];
        float[] elements = new float[count];
        byte[] canonical = new byte[count / 32 * 34];
        foreach (ushort half in (ushort[])[0x7C00, 0xFC00, 0x7E01])
        {
            for (int run = 0; run < 100; run++)
            {
                if (run > 0)
                    random.NextBytes(block);
                MakeHalvesFinite(type, block);
                s_decoders[type](block, elements);
                Assert.All(elements, static element => Assert.True(float.IsFinite(element)));
                BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(at), half);
                s_decoders[type](block, elements);
                Assert.False(ImportQuantizer.TryQuantizeRow(elements, canonical));
            }
        }
    }

    [Fact]
    public void Q4ToQ8_AnyBlock_StaysInTheRangeOfFourBits()
    {
        byte[] block = new byte[18];
        byte[] q8 = new byte[34];
        new Random(3).NextBytes(block);

        PackedBlocks.Q4ToQ8(block, q8);

        Assert.Equal(block[..2], q8[..2]);
        Assert.All(q8[2..], static q => Assert.InRange((sbyte)q, (sbyte)-8, (sbyte)7));
    }

    private static void MakeHalvesFinite(string type, byte[] block)
    {
        int[] places = type switch
        {
            "Q2_K" => [80, 82],
            "Q3_K" => [108],
            "Q6_K" => [208],
            "Q4_0" or "Q5_0" => [0],
            _ => [0, 2],
        };
        foreach (int place in places)
            block[place + 1] &= 0xBF;
    }

    private delegate void Repacker(ReadOnlySpan<byte> block, Span<byte> q8);

    private static void ThroughQ8(Repacker repack, ReadOnlySpan<byte> block, Span<float> elements)
    {
        byte[] q8 = new byte[34];
        repack(block, q8);
        Embedding.Dequantize(q8, elements);
    }

    private static JsonElement[] Vectors() => [.. JsonDocument.Parse(File.ReadAllText(
        Repository.PathOf("tests", "Numerics.Tests", "PackedBlocks", "packed-blocks.json"))).RootElement.EnumerateArray()];
}
