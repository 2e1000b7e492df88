using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Kernels;

public unsafe class NativeBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(NativeBuffer<int>.HugeFrom / sizeof(int) - 1)]
    [InlineData(NativeBuffer<int>.HugeFrom / sizeof(int) + 3)]
    public void Slice_WholeLength_IsAlignedAndHoldsWhatIsWritten(long length)
    {
        using NativeBuffer<int> buffer = new(length);
        Assert.Equal(0, (nint)buffer.Pointer % 64);
        Span<int> all = buffer.Slice(0, (int)length);
        for (int i = 0; i < all.Length; i++)
            all[i] = i;
        for (int i = 0; i < all.Length; i++)
            Assert.True(buffer.Pointer[i] == i);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Slice(length, 1));
    }

    [Fact]
    public void Dispose_LargeBuffer_ReturnsTheMemoryOnce()
    {
        for (int round = 0; round < 64; round++)
        {
            NativeBuffer<byte> buffer = new(1L << 32);
            buffer.Slice(round, 1)[0] = 1;
            buffer.Dispose();
            buffer.Dispose();
            Assert.Throws<ObjectDisposedException>(() => buffer.Slice(0, 1));
        }
    }

    [Fact]
    public void Constructor_MoreThanTheAddressSpace_Throws() =>
        Assert.Throws<OutOfMemoryException>(() => new NativeBuffer<byte>(1L << 60));

    [LinuxFact]
    public void Allocate_SeveralMegabytes_StartsAtAHugePage()
    {
        byte* pages = NativePages.Allocate(5_000_000, out NativePages.Mapping mapping);
        Assert.Equal(0, (nint)pages % (nint)NativePages.HugePage);
        Assert.InRange((nint)pages + 5_000_000, mapping.Start, mapping.Start + (nint)mapping.Length);
        NativePages.Free(mapping);
    }
}
