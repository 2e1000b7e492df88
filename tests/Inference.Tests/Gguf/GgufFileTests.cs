using TeeTee.Inference.Gguf;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Gguf;

public class GgufFileTests
{
    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Parse_EveryValueType_IsReadBack(uint version)
    {
        GgufBuilder builder = Sample();
        builder.Version = version;
        using GgufFile file = GgufFile.Parse(builder.Build());
        GgufMetadata metadata = file.Metadata;
        Assert.Equal(version, file.Version);
        Assert.Equal(7u, metadata.GetUInt32("u32"));
        Assert.Equal(8u, metadata.GetUInt32("u64"));
        Assert.Equal(9u, metadata.GetUInt32("i8"));
        Assert.Equal(1.5f, metadata.GetFloat("f32"));
        Assert.True(metadata.GetBool("yes", false));
        Assert.Equal("grüße", metadata.GetString("text"));
        Assert.Equal([1f, -2f], metadata.FindFloats("floats")!);
        Assert.Equal([3, -4], metadata.FindInt32s("ints")!);
        GgufStrings strings = metadata.FindStrings("strings")!;
        Assert.Equal(["a", "", "bc"], Enumerable.Range(0, strings.Count).Select(i => System.Text.Encoding.UTF8.GetString(strings[i])));
        Assert.Null(metadata.FindUInt32("absent"));
        Assert.Equal(5u, metadata.GetUInt32("absent", 5u));
    }

    [Theory]
    [InlineData(16u)]
    [InlineData(64u)]
    public void ReadRows_AnyAlignment_GivesTheTensorsBytes(uint alignment)
    {
        byte[] data = [.. Enumerable.Range(0, 3 * 34 * 2).Select(static i => (byte)i)];
        GgufBuilder builder = new GgufBuilder().WithAlignment(alignment)
            .Tensor("first", 24, [5], [1, 2, 3, 4, 5]).Tensor("second", 8, [64, 3], data);
        using GgufFile file = GgufFile.Parse(builder.Build());
        GgufTensor tensor = file.GetTensor("second");
        Assert.Equal((64, 3, 68), (tensor.Columns, tensor.Rows, tensor.RowBytes));
        byte[] rows = new byte[136];
        file.ReadRows(tensor, 1, rows);
        Assert.Equal(data[68..], rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows(tensor, 2, rows));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows(tensor, -1, rows));
        Assert.Throws<ArgumentException>(() => file.ReadRows(tensor, 0, rows.AsSpan(1)));
    }

    [Fact]
    public void Open_FileOnDisk_ReadsLikeMemory()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(path, Sample().Build());
            using GgufFile file = GgufFile.Open(path);
            byte[] bytes = new byte[8];
            file.ReadRows(file.GetTensor("t"), 1, bytes);
            Assert.Equal([9, 10, 11, 12, 13, 14, 15, 16], bytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ReadRows_UnknownType_IsListedButRefused()
    {
        using GgufFile file = GgufFile.Parse(new GgufBuilder().Tensor("odd", 4711, [7], new byte[3]).Build());
        GgufTensor tensor = Assert.Single(file.Tensors);
        Assert.Equal((4711u, false), ((uint)tensor.Type, tensor.IsReadable));
        GgufException error = Assert.Throws<GgufException>(() => file.ReadRows(tensor, 0, new byte[1]));
        Assert.Equal(GgufStage.TensorData, error.Stage);
        Assert.Contains("4711", error.Message);
    }

    [Fact]
    public void Metadata_WrongTypeOrMissing_NamesTheKey()
    {
        using GgufFile file = GgufFile.Parse(Sample().Build());
        GgufMetadata metadata = file.Metadata;
        Assert.Contains("text must be an integer, but is String", Fault(() => metadata.GetUInt32("text")));
        Assert.Contains("nothing is missing", Fault(() => metadata.GetString("nothing")));
        Assert.Contains("floats must be array of string, but is array of Float32", Fault(() => metadata.FindStrings("floats")));
        Assert.Contains("negative is -1", Fault(() => metadata.GetUInt32("negative")));
        Assert.Contains("invalid is not valid UTF-8", Fault(() => metadata.GetString("invalid")));
    }

    public static TheoryData<string, GgufStage, string> Damages => new()
    {
        { "magic", GgufStage.Header, "letters GGUF" },
        { "version 1", GgufStage.Header, "version 1" },
        { "big-endian", GgufStage.Header, "big-endian" },
        { "tensor count", GgufStage.Header, "tensors, at most" },
        { "pair count", GgufStage.Header, "metadata pairs, at most" },
        { "one pair too many", GgufStage.Metadata, "" },
        { "duplicate key", GgufStage.Metadata, "occurs twice" },
        { "empty key", GgufStage.Metadata, "is empty" },
        { "unknown type", GgufStage.Metadata, "unknown value type 13" },
        { "nested array", GgufStage.Metadata, "array of arrays" },
        { "long array", GgufStage.Metadata, "elements" },
        { "long string", GgufStage.Metadata, "claims" },
        { "bool 2", GgufStage.Metadata, "with the value 2" },
        { "alignment 24", GgufStage.Metadata, "no power of two" },
        { "duplicate tensor", GgufStage.TensorInfo, "occurs twice" },
        { "long name", GgufStage.TensorInfo, "a tensor name claims" },
        { "no dimension", GgufStage.TensorInfo, "0 dimensions" },
        { "zero dimension", GgufStage.TensorInfo, "is 0" },
        { "huge dimensions", GgufStage.TensorInfo, "rows" },
        { "partial block", GgufStage.TensorInfo, "needs a multiple of 32" },
        { "unaligned offset", GgufStage.TensorInfo, "no multiple of 32" },
        { "overlap", GgufStage.TensorInfo, "overlaps" },
        { "offset overflow", GgufStage.TensorInfo, "impossible offset" },
        { "offset outside", GgufStage.TensorData, "the file has 0 there" },
        { "cut data", GgufStage.TensorData, "needs 16 bytes" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Parse_Damage_NamesStageAndCause(string damage, GgufStage stage, string cause)
    {
        GgufException error = Assert.Throws<GgufException>(() => GgufFile.Parse(Damaged(damage)));
        Assert.Equal(stage, error.Stage);
        Assert.Contains(cause, error.Cause);
        Assert.Contains($"GGUF {stage} at byte {error.Offset}", error.Message);
    }

    private static byte[] Damaged(string damage)
    {
        GgufBuilder builder = new();
        static byte[] Poke(byte[] bytes, int at, byte value)
        {
            bytes[at] = value;
            return bytes;
        }

        return damage switch
        {
            "magic" => Poke(builder.Build(), 0, (byte)'g'),
            "version 1" => Poke(builder.Build(), 4, 1),
            "big-endian" => Poke(Poke(builder.Build(), 4, 0), 7, 3),
            "tensor count" => new GgufBuilder { ClaimedTensors = ulong.MaxValue }.Build(),
            "pair count" => new GgufBuilder { ClaimedPairs = 1UL << 40 }.Build(),
            "one pair too many" => new GgufBuilder { ClaimedPairs = 1 }.Build(),
            "duplicate key" => builder.With("k", 1u).With("k", 2u).Build(),
            "empty key" => builder.With("", 1u).Build(),
            "unknown type" => builder.Raw("k", 13, static _ => { }).Build(),
            "nested array" => Array(builder, 9, 1),
            "long array" => Array(builder, 0, ulong.MaxValue / 2),
            "long string" => builder.Raw("k", 8, static writer => writer.Write(ulong.MaxValue)).Build(),
            "bool 2" => builder.Raw("k", 7, static writer => writer.Write((byte)2)).Build(),
            "alignment 24" => builder.With("general.alignment", 24u).Build(),
            "duplicate tensor" => builder.Tensor("t", 24, [32], new byte[32]).Tensor("t", 24, [32], new byte[32]).Build(),
            "long name" => builder.Tensor(new string('n', 64), 24, [1], new byte[1]).Build(),
            "no dimension" => builder.Tensor("t", 24, [], new byte[1]).Build(),
            "zero dimension" => builder.Tensor("t", 24, [4, 0], []).Build(),
            "huge dimensions" => builder.Tensor("t", 24, [2, int.MaxValue, int.MaxValue, int.MaxValue], new byte[1]).Build(),
            "partial block" => builder.Tensor("t", 8, [33], new byte[34]).Build(),
            "unaligned offset" => builder.Tensor("t", 24, [4], new byte[4], 8).Build(),
            "overlap" => builder.Tensor("t", 24, [40], new byte[40]).Tensor("u", 24, [4], new byte[4], 32).Build(),
            "offset overflow" => builder.Tensor("t", 24, [4], new byte[4], ulong.MaxValue - 31).Build(),
            "offset outside" => builder.Tensor("t", 24, [4], new byte[4], 1 << 20).Build(),
            "cut data" => builder.Tensor("t", 0, [4], new byte[16]).Build()[..^17],
            _ => throw new ArgumentOutOfRangeException(nameof(damage), damage, null),
        };
    }

    private static byte[] Array(GgufBuilder builder, uint type, ulong count) => builder.Raw("k", 9, writer =>
    {
        writer.Write(type);
        writer.Write(count);
    }).Build();

    internal static GgufBuilder Sample() => new GgufBuilder()
        .With("u32", 7u).With("u64", 8ul).Raw("i8", 1, static writer => writer.Write((sbyte)9)).With("f32", 1.5f).With("yes", true)
        .With("text", "grüße").With("floats", 1f, -2f).With("ints", 3, -4).With("strings", "a", "", "bc")
        .Raw("negative", 5, static writer => writer.Write(-1))
        .Raw("invalid", 8, static writer =>
        {
            writer.Write(1ul);
            writer.Write((byte)0xFF);
        })
        .Raw("f64", 12, static writer => writer.Write(2.5)).Raw("u16", 2, static writer => writer.Write((ushort)1))
        .Tensor("t", 0, [2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    private static string Fault(Func<object?> get) => Assert.Throws<GgufException>(() => get()).Message;
}
