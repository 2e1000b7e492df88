using System.Security.Cryptography;
using System.Text;

namespace TeeTee.Primitives.Tests.Hashing;

public sealed class Sha256BatchTests
{
    private const int LongestCase = 300;

    private static readonly int[] s_lengths = [0, 128, 1024];

    public static TheoryData<int> Widths => [.. Enum.GetValues<LaneWidth>().Where(LaneCosts.IsSupported).Select(width => (int)width)];

    // FIPS 180-4's examples (NIST, "SHA Examples") and the empty message.
    [Theory]
    [InlineData("", "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "0x248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData(
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "0xcf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1")]
    public void Hash_NistMessages_AreKnownInEveryLaneOfEveryWidth(string text, string expected)
    {
        var data = Encoding.ASCII.GetBytes(text);
        foreach (var width in Enum.GetValues<LaneWidth>().Where(LaneCosts.IsSupported))
        {
            var hashes = new Bytes32[(int)width];
            Sha256Batch.Hash(width, new Sha256Messages(data, (int)width, data.Length, 0), 0, (int)width, hashes);
            Assert.All(hashes, hash => Assert.Equal(expected, hash.ToString()));
        }
    }

    /// <summary>A million times "a", NIST's long example, beside other messages.</summary>
    [Fact]
    public void Hash_AMillionBytes_IsKnown()
    {
        var data = new byte[1_000_002];
        data.AsSpan().Fill((byte)'a');
        data[^1] = (byte)'b';
        var hashes = new Bytes32[3];
        Sha256Batch.Hash(LaneWidth.Four, new Sha256Messages(data, 3, 1_000_000, 1), 0, 3, hashes);

        Assert.Equal("0xcdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", hashes[0].ToString());
        Assert.Equal(hashes[0], hashes[1]);
        Assert.Equal(Sha256.Hash(data.AsSpan(2)), hashes[2]);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Hash_EveryLengthAndCount_EqualsTheLibrary(int width)
    {
        Random random = new(width);
        var data = Bytes(random, 16 * (LongestCase + 7));
        var prefixes = Bytes(random, 16 * 64);
        for (var length = 0; length <= LongestCase; length++)
        {
            var count = 1 + (length % width);
            var prefixSize = (length * 7) % 65;
            Sha256Messages messages = new(data, count, length, length + (length % 8))
            {
                Tag = length % 3 == 0 ? null : (byte)length,
                Prefixes = length % 2 == 0 ? [] : prefixes,
                PrefixSize = length % 2 == 0 ? 0 : prefixSize % 64,
            };
            CheckAll(messages, (LaneWidth)width);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Hash_EveryPrefixAtBlockEdges_EqualsTheLibrary(int width)
    {
        Random random = new(width + 1);
        var data = Bytes(random, 16 * 200);
        var prefixes = Bytes(random, 16 * 140);
        foreach (var total in (int[])[54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 130])
        {
            foreach (var prefixSize in (int[])[0, 1, 3, 24, 32, 53])
            {
                foreach (var tag in (byte?[])[null, 0, 1, 0xFF])
                {
                    var length = total - prefixSize - (tag is null ? 0 : 1);
                    CheckAll(new Sha256Messages(data, width, length, 200) { Tag = tag, Prefixes = prefixes, PrefixSize = prefixSize }, (LaneWidth)width);
                }
            }
        }
    }

    [Fact]
    public void Hash_OneToFortyMessages_EqualsTheLibraryAndTouchesNothingElse()
    {
        Random random = new(5);
        var data = Bytes(random, 40 * 9000);
        foreach (var length in (int[])[0, 32, 64, 128, 1024, 2200, 8728])
        {
            for (var count = 0; count <= 40; count++)
            {
                var hashes = new Bytes32[count + 1];
                Sha256Batch.Hash(new Sha256Messages(data, count, length, 9000) { Tag = 0 }, hashes);
                for (var i = 0; i < count; i++)
                    Assert.Equal(Sha256Merkle.Leaf(data.AsSpan(i * 9000, length)), hashes[i]);
                Assert.True(hashes[count].IsZero);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Nodes_AnyPairs_EqualNode(int width)
    {
        var level = Hashes(new Random(9), 50);
        for (var count = 1; count <= width; count++)
        {
            int[] lefts = [.. Enumerable.Range(0, count).Select(i => (i * 17) % 49)];
            var nodes = new Bytes32[count];
            Sha256Batch.Nodes((LaneWidth)width, level, lefts, nodes);
            for (var i = 0; i < count; i++)
                Assert.Equal(Sha256Merkle.Node(level[lefts[i]], level[lefts[i] + 1]), nodes[i]);
        }
    }

    [Fact]
    public void Lanes_WordsOfPaddedMessages_EqualTheLibrary()
    {
        var data = Bytes(new Random(3), Sha256Lanes.Count * 55);
        var state = new uint[Sha256Lanes.StateLength];
        var block = new uint[Sha256Lanes.BlockLength];
        var hashes = new Bytes32[Sha256Lanes.Count];
        for (var lane = 0; lane < Sha256Lanes.Count; lane++)
        {
            byte[] padded = [.. data.AsSpan(lane * 55, 55), 0x80, 0, 0, 0, 0, 0, 0, 55 * 8 / 256, 55 * 8 % 256];
            for (var w = 0; w < Sha256Lanes.BlockWords; w++)
                block[(w * Sha256Lanes.Count) + lane] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(padded.AsSpan(4 * w));
        }
        Sha256Lanes.Start(state);
        Sha256Lanes.Compress(state, block);
        Sha256Lanes.Finish(state, hashes);

        Assert.Equal(Enumerable.Range(0, Sha256Lanes.Count).Select(lane => Sha256.Hash(data.AsSpan(lane * 55, 55))), hashes);
        Assert.Throws<ArgumentException>(() => Sha256Lanes.Compress(state, block[1..]));
        Assert.Throws<ArgumentException>(() => Sha256Lanes.Compress(state[1..], block));
    }

    [Fact]
    public void Hash_AnyBatch_AllocatesNothing()
    {
        var data = Bytes(new Random(1), 1 << 16);
        var hashes = new Bytes32[40];
        long before = 0;
        for (var round = 0; round < 3; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var length in s_lengths)
                Sha256Batch.Hash(new Sha256Messages(data, 40, length, length) { Tag = 0 }, hashes);
            Sha256Merkle.Fold(hashes, 2, 20, 20);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>The forms for machines without AVX-512, without AVX2 and without any vectors, each in a process that may not use them.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512", "Four,Eight")]
    [InlineData("DOTNET_EnableAVX2", "Four")]
    [InlineData("DOTNET_EnableHWIntrinsic", "")]
    public void Hash_WithoutInstructions_EqualsAllOthers(string variable, string atMost)
    {
        var own = HashingProgram.Digest();
        var lines = HashingProgram.Run(variable);

        Assert.Equal(own, lines[0]);
        Assert.Empty(lines[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Except(atMost.Split(',')));
    }

    [Fact]
    public void Messages_OutOfBounds_AreRefused()
    {
        var data = new byte[100];
        Assert.Throws<ArgumentException>(() => new Sha256Messages(data, 3, 40, 31).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sha256Messages(data, -1, 1, 1).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sha256Messages(data, 1, -1, 1).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sha256Messages(data, 1, 1, -1).Count);
        Assert.Throws<ArgumentException>(() => Sha256Batch.Hash(new Sha256Messages(data, 2, 50, 50), new Bytes32[1]));
        Assert.Throws<ArgumentException>(() =>
            Sha256Batch.Hash(new Sha256Messages(data, 2, 50, 50) { Prefixes = new byte[63], PrefixSize = 32 }, new Bytes32[2]));
    }

    /// <summary>The library's hash of each message, put together by hand.</summary>
    private static void CheckAll(in Sha256Messages messages, LaneWidth width)
    {
        var hashes = new Bytes32[messages.Count + 1];
        Sha256Batch.Hash(width, messages, 0, messages.Count, hashes);
        for (var i = 0; i < messages.Count; i++)
        {
            byte[] message = [.. messages.Tag is { } tag ? new[] { tag } : [], .. messages.PrefixOf(i), .. messages.DataOf(i)];
            Assert.True(new Bytes32(SHA256.HashData(message)) == hashes[i], $"{width}, message {i} of {message.Length} bytes");
        }
        Assert.True(hashes[^1].IsZero);
    }

    private static byte[] Bytes(Random random, int count)
    {
        var data = new byte[count];
        random.NextBytes(data);
        return data;
    }

    private static Bytes32[] Hashes(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => new Bytes32(Bytes(random, 32)))];
}
