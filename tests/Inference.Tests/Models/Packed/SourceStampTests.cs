using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models.Packed;
using TeeTee.Inference.Tests.Gguf;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Models.Packed;

public sealed class SourceStampTests : IDisposable
{
    private const int DataBytes = 3 << 20;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Of_LargeFile_ChangesWithMetadataEndsLengthAndDate()
    {
        byte[] bytes = new GgufBuilder().With("general.name", "stamp").Tensor("bytes", (uint)GgufType.I8, [DataBytes], new byte[DataBytes]).Build();
        File.WriteAllBytes(_path, bytes);
        File.SetLastWriteTimeUtc(_path, DateTime.UnixEpoch);
        SourceStamp stamp = Read();
        Assert.Equal(stamp, Read());

        Assert.NotEqual(stamp.Metadata, Changed(bytes, bytes.AsSpan().IndexOf("stamp"u8)).Metadata);
        Assert.Equal(stamp.Metadata, Changed(bytes, bytes.Length - 1).Metadata);
        Assert.NotEqual(stamp.Sample, Changed(bytes, bytes.Length - 1).Sample);
        Assert.NotEqual(stamp.Sample, Changed(bytes, bytes.Length - DataBytes).Sample);
        // A page in the middle, as a writer of files changes them: one of 256 pieces lies in any 12 KiB.
        byte[] middle = [.. bytes];
        Array.Fill(middle, (byte)1, bytes.Length / 2, 12 << 10);
        Assert.NotEqual(stamp.Sample, Stamp(middle).Sample);
        Assert.Equal(stamp.Content, Stamp(bytes).Content);
        Assert.NotEqual(stamp.Content, Stamp(middle).Content);
        File.WriteAllBytes(_path, bytes);
        File.SetLastWriteTimeUtc(_path, DateTime.UnixEpoch.AddTicks(10));
        Assert.NotEqual(stamp, Read());
        Assert.NotEqual(stamp.Length, Stamp([.. bytes, 0]).Length);
    }

    [Fact]
    public void Of_FileInMemory_IsNone()
    {
        using GgufFile file = GgufFile.Parse(GgufFileTests.Sample().Build());
        Assert.Null(SourceStamp.Of(file));
    }

    private SourceStamp Changed(byte[] bytes, int at)
    {
        byte[] changed = [.. bytes];
        changed[at] ^= 1;
        return Stamp(changed);
    }

    private SourceStamp Stamp(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        return Read();
    }

    private SourceStamp Read()
    {
        using GgufFile file = GgufFile.Open(_path);
        return SourceStamp.Of(file)!.Value;
    }
}
