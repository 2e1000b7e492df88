using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace TeeTee.Primitives.Tests.Sealing;

public sealed class SealedFrameTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 5)]
    [InlineData(4, 300)]
    public void TryRead_EncodedHeaderAndCiphertext_ReturnsItself(int wraps, int tokens)
    {
        KeyWrap[] made = [.. Enumerable.Range(0, wraps).Select(Wrap)];
        byte[] ciphertext = RandomNumberGenerator.GetBytes((tokens * 4) + 16);
        byte[] bytes = [.. SealedFrame.EncodeHeader(made), .. ciphertext];

        Assert.True(SealedFrame.TryRead(bytes, out SealedFrame? frame));
        Assert.Equal(made, frame.Wraps);
        Assert.Equal(ciphertext, frame.Ciphertext.ToArray());
        Assert.Equal((tokens, SealedFrame.SizeOf(wraps, tokens)), (frame.TokenCount, bytes.Length));
        Assert.Equal(bytes[..^ciphertext.Length], frame.Header.ToArray());
    }

    [Fact]
    public void TryRead_AnyOtherForm_IsRefused()
    {
        byte[] good = [.. SealedFrame.EncodeHeader([Wrap(0), Wrap(1)]), .. new byte[24]];
        Assert.True(SealedFrame.TryRead(good, out _));
        // Cut anywhere but after a whole id it is another form.
        for (int length = 0; length < good.Length; length++)
            Assert.Equal(length is 242 or 246, SealedFrame.TryRead(good.AsMemory(0, length), out _));
        foreach ((int at, byte value) in ((int, byte)[])[(0, 1), (0, 3), (1, 0), (1, 5), (1, 255)])
        {
            byte[] wrong = [.. good];
            wrong[at] = value;
            Assert.False(SealedFrame.TryRead(wrong, out _));
        }
        byte[] twice = [.. good];
        good.AsSpan(2, 32).CopyTo(twice.AsSpan(2 + KeyWrap.Size));
        Assert.False(SealedFrame.TryRead(twice, out _), "a recipient twice");
    }

    [Fact]
    public void TryRead_AnyBytes_NeverThrowsAndKeepsEveryByte()
    {
        Gen<byte[]> bytes = from size in Gen.Choose(0, 700)
                            from seed in Gen.Choose(0, int.MaxValue)
                            from first in Gen.Elements<byte>(0, 1, 2, 3)
                            from second in Gen.Elements<byte>(0, 1, 2, 3, 4, 5)
                            select Noise(size, seed, first, second);
        Prop.ForAll(bytes.ToArbitrary(), data =>
            !SealedFrame.TryRead(data, out SealedFrame? frame)
            || (frame.Header.Length + frame.Ciphertext.Length == data.Length && frame.Wraps.Length == data[1]
                && SealedFrame.EncodeHeader(frame.Wraps).AsSpan().SequenceEqual(frame.Header.Span))).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Fact]
    public void EncodeHeader_WrongCaller_Throws()
    {
        Assert.Throws<ArgumentException>(() => SealedFrame.EncodeHeader([]));
        Assert.Throws<ArgumentException>(() => SealedFrame.EncodeHeader([.. Enumerable.Range(0, 5).Select(Wrap)]));
        Assert.Throws<ArgumentException>(() => SealedFrame.EncodeHeader([Wrap(0), Wrap(0)]));
        Assert.Throws<ArgumentException>(() => SealedFrame.EncodeHeader([new KeyWrap(Bytes32.Zero, new byte[79])]));
    }

    private static KeyWrap Wrap(int number) => new(Keccak256.Hash([(byte)number]), RandomNumberGenerator.GetBytes(KeyWrap.MessageSize));

    private static byte[] Noise(int size, int seed, byte first, byte second)
    {
        byte[] data = new byte[size];
        new Random(seed).NextBytes(data);
        if (size > 1)
            (data[0], data[1]) = (first, second);
        return data;
    }
}
