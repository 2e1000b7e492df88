using System.Security.Cryptography;
using System.Text;
using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Tests.Gguf;

public sealed class GgufWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-writer-").FullName;

    private string ModelPath => Path.Combine(_folder, "model.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_EveryKindOfPair_IsReadBack()
    {
        GgufWriter writer = new();
        writer.Add("a.text", "grün");
        writer.Add("a.number", 7u);
        writer.Add("a.real", 0.1f);
        writer.Add("a.truth", true);
        writer.Add("a.texts", ["x", ""]);
        writer.Add("a.bytes", (ReadOnlyMemory<byte>[])[new byte[] { 0xFF, 0 }]);
        writer.Add("a.reals", [1f, -2f]);
        writer.Add("a.integers", [-3, 4]);
        writer.Write(ModelPath, static (_, _, _) => { }, new GgufWriteOptions(), CancellationToken.None);

        using GgufFile file = GgufFile.Open(ModelPath);

        Assert.Equal(3u, file.Version);
        Assert.Equal("grün", file.Metadata.GetString("a.text"));
        Assert.Equal(7u, file.Metadata.GetUInt32("a.number"));
        Assert.Equal(0.1f, file.Metadata.GetFloat("a.real"));
        Assert.True(file.Metadata.GetBool("a.truth", missing: false));
        Assert.Equal("x", Encoding.UTF8.GetString(file.Metadata.FindStrings("a.texts")![0]));
        Assert.Equal(0, file.Metadata.FindStrings("a.texts")![1].Length);
        Assert.Equal([0xFF, 0], file.Metadata.FindStrings("a.bytes")![0].ToArray());
        Assert.Equal([1f, -2f], file.Metadata.FindFloats("a.reals")!);
        Assert.Equal([-3, 4], file.Metadata.FindInt32s("a.integers")!);
    }

    [Fact]
    public void Write_Tensors_AreConsecutiveAndAlignedAndWhole()
    {
        GgufWriter writer = Sample();
        writer.Write(ModelPath, FillWithPlace, new GgufWriteOptions { Threads = 2 }, CancellationToken.None);

        using GgufFile file = GgufFile.Open(ModelPath);

        Assert.Equal(writer.Tensors.Select(tensor => tensor.Name), file.Tensors.Select(tensor => tensor.Name));
        long next = file.Length - writer.DataBytes;
        foreach (GgufTensor tensor in file.Tensors)
        {
            Assert.Equal(next, tensor.Offset);
            Assert.Equal(0, tensor.Offset % 32);
            next = (tensor.Offset + tensor.ByteLength + 31) / 32 * 32;
            byte[] all = new byte[tensor.ByteLength];
            byte[] expected = new byte[tensor.ByteLength];
            file.ReadRows(tensor, 0, all);
            FillWithPlace(tensor, 0, expected);
            Assert.Equal(expected, all);
        }
        Assert.Equal(next, file.Length);
        Assert.Equal((1, 2), (file.GetTensor("norm").DimensionCount, file.GetTensor("big").DimensionCount));
    }

    [Fact]
    public void Write_AnyThreads_GivesTheSameBytes()
    {
        string[] hashes = [.. new[] { 1, 2, 5 }.Select(threads =>
        {
            Sample().Write(ModelPath, FillWithPlace, new GgufWriteOptions { Threads = threads, Overwrite = true }, CancellationToken.None);
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(ModelPath)));
        })];

        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void Write_FileExists_IsRefusedAndKept()
    {
        File.WriteAllText(ModelPath, "precious");

        Assert.Throws<IOException>(() => Sample().Write(ModelPath, FillWithPlace, new GgufWriteOptions(), CancellationToken.None));

        Assert.Equal("precious", File.ReadAllText(ModelPath));
        Assert.Equal([ModelPath], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_SourceFails_LeavesNothing()
    {
        Assert.Throws<InvalidDataException>(() => Sample().Write(
            ModelPath, static (tensor, _, _) => throw new InvalidDataException(tensor.Name), new GgufWriteOptions(), CancellationToken.None));

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_Cancelled_LeavesNothing()
    {
        using CancellationTokenSource source = new();
        Assert.ThrowsAny<OperationCanceledException>(() => Sample().Write(
            ModelPath, (_, _, _) => source.Cancel(), new GgufWriteOptions { Threads = 1 }, source.Token));

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("big")]
    [InlineData("")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void AddTensor_ImpossibleName_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => Sample().AddTensor(name, GgufType.F32, 4));

    [Fact]
    public void AddTensor_ImpossibleShape_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor("x", GgufType.Q8_0, 33));
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor("x", (GgufType)99, 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GgufWriter().AddTensor("x", GgufType.F32, 0));
    }

    private static GgufWriter Sample()
    {
        GgufWriter writer = new();
        writer.Add("general.architecture", "test");
        writer.AddTensor("norm", GgufType.F32, 3);
        writer.AddTensor("big", GgufType.F16, 1000, 1100);
        writer.AddTensor("blocks", GgufType.Q8_0, 64, 5);
        return writer;
    }

    /// <summary>Every byte says in which row of which tensor it is.</summary>
    private static void FillWithPlace(GgufTensor tensor, long firstRow, Span<byte> destination)
    {
        int rowBytes = (int)tensor.RowBytes;
        for (int i = 0; i < destination.Length; i++)
            destination[i] = (byte)(tensor.Name.Length + (firstRow + i / rowBytes) * 7 + i % rowBytes);
    }
}
