using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using TeeTee.Grpc.Tests.Messages;
using TeeTee.Grpc.Tests.Support;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Tests;

public class FrameCodecTests
{
    [Fact]
    public void TryRead_AnyWrittenFrames_ReturnsThemAtEverySplit() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<byte[][]>(), ArbMap.Default.ArbFor<PositiveInt>(),
            (payloads, split) =>
            {
                EchoMessage[] sent = [.. payloads.Select(p => new EchoMessage { Payload = ByteString.CopyFrom(p ?? []) })];
                ReadOnlySequence<byte> buffer = Frames.Split(Frames.Of(sent), split.Get);
                foreach (EchoMessage expected in sent)
                {
                    Assert.Equal(FrameState.Complete, FrameCodec.TryRead(ref buffer, int.MaxValue, out var message));
                    Assert.Equal(expected, EchoMessage.Parser.ParseFrom(message));
                }

                Assert.True(buffer.IsEmpty);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_KnownMessage_GivesTheBytesOfTheProtocol()
    {
        byte[] frame = Frames.Of(new EchoMessage { Text = "hi" });

        Assert.Equal("00000000040A026869", Convert.ToHexString(frame));
    }

    [Fact]
    public void TryRead_EveryTruncation_IsIncompleteAndTakesNothing()
    {
        byte[] frame = Frames.Of(new EchoMessage { Payload = ByteString.CopyFrom(new byte[300]) });
        for (int length = 0; length < frame.Length; length++)
        {
            ReadOnlySequence<byte> buffer = new(frame, 0, length);
            Assert.Equal(FrameState.Incomplete, FrameCodec.TryRead(ref buffer, int.MaxValue, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData("00000003E9", 1000, "TooLarge")]
    [InlineData("00FFFFFFFF", int.MaxValue, "TooLarge")]
    [InlineData("0080000000", int.MaxValue, "TooLarge")]
    [InlineData("007FFFFFFF", int.MaxValue, "Incomplete")]
    [InlineData("00000003E8", 1000, "Incomplete")]
    [InlineData("0000000000", 0, "Complete")]
    [InlineData("0100000000", 1000, "Compressed")]
    [InlineData("0200000000", 1000, "BadFlag")]
    [InlineData("FF00000000", 1000, "BadFlag")]
    public void TryRead_Prefix_IsJudgedAtOnce(string prefix, int limit, string expected)
    {
        ReadOnlySequence<byte> buffer = new(Convert.FromHexString(prefix));

        Assert.Equal(expected, FrameCodec.TryRead(ref buffer, limit, out _).ToString());
    }

    [Fact]
    public void Write_MessageOverTheLimit_WritesNothing()
    {
        ArrayBufferWriter<byte> output = new();

        GrpcException e = Assert.Throws<GrpcException>(
            () => FrameCodec.Write(output, new EchoMessage { Text = "four" }, 5));

        Assert.Equal(GrpcStatusCode.ResourceExhausted, e.Code);
        Assert.Equal(0, output.WrittenCount);
        FrameCodec.Write(output, new EchoMessage { Text = "four" }, 6);
        Assert.Equal(11, output.WrittenCount);
    }

    [Fact]
    public async Task ReadAsync_MutatedStreams_EndInMessagesOrAStatus()
    {
        Random random = new(20261121);
        byte[] valid = Frames.Of([.. Enumerable.Range(0, 4).Select(i => new EchoMessage { Text = $"message {i}", Count = i })]);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] bytes = [.. valid.Take(random.Next(valid.Length + 1))];
            for (int i = random.Next(4); i > 0 && bytes.Length > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await ReadToEndAsync(bytes, round);
        }
    }

    [Fact]
    public async Task ReadAsync_GiantLength_FailsBeforeTheMessageArrives()
    {
        Pipe pipe = new();
        byte[] prefix = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), 2_000_000_000);
        await pipe.Writer.WriteAsync(prefix);
        FrameReader reader = new(pipe.Reader, 1_000_000);

        GrpcException e = await Bounded.FailsWith(
            GrpcStatusCode.ResourceExhausted, () => reader.ReadAsync(EchoMessage.Parser, default).AsTask());

        Assert.Contains("1000000", e.Message);
    }

    private static async Task ReadToEndAsync(byte[] bytes, int round)
    {
        FrameReader reader = new(PipeReader.Create(Frames.Split(bytes, 1 + (round % 7))), 1_000);
        int messages = 0;
        try
        {
            while (await reader.ReadAsync(EchoMessage.Parser, default).Within() is not null)
                messages++;
        }
        catch (GrpcException e)
        {
            Assert.Contains(e.Code, new[] { GrpcStatusCode.Internal, GrpcStatusCode.ResourceExhausted });
        }

        Assert.InRange(messages, 0, bytes.Length / FrameCodec.PrefixLength);
    }
}
