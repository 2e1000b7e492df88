using TeeTee.Inference.Models;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Tracing;

/// <summary>The trace against the commitments put together hash by hash, as docs/protocol.md, section 2, writes them.</summary>
public sealed class ShardTraceTests
{
    private const int Positions = 70;

    public static TheoryData<int, int, int, bool> Shapes => new()
    {
        { 2048, 4, 64, false }, { 2048, 4, 64, true }, { 64, 1, 8, false }, { 700, 3, 24, true }, { 256, 8, 128, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Append_AnyShape_EqualsTheDefinition(int width, int kvHeads, int dimension, bool isSealed)
    {
        ModelConfig config = Config(width, kvHeads, dimension);
        CommitmentSalts? salts = isSealed ? new CommitmentSalts(new Bytes32([.. Enumerable.Range(7, 32).Select(i => (byte)i)])) : null;
        LayerRange range = new(1, 4);
        ShardTrace trace = new(config, range, salts, Positions);
        Random random = new(width);
        List<Bytes32> leaves = [];
        for (int position = 0; position < Positions;)
        {
            PositionCommitment[] next = new PositionCommitment[Math.Min(1 + (position % 40), Positions - position)];
            for (int i = 0; i < next.Length; i++)
                next[i] = Commit(trace, config, range, salts, position + i, random, leaves);
            trace.Append(next);
            position += next.Length;
        }

        Assert.Equal(leaves, trace.Leaves);
        Assert.Equal(Root("TT/trac1", leaves.Count, Tree([.. leaves.Select(leaf => Hash([0], leaf.ToArray()))])), trace.TraceRoot(Positions));
        Assert.Equal(Root("TT/trac1", 5, Tree([.. leaves.Take(5).Select(leaf => Hash([0], leaf.ToArray()))])), trace.TraceRoot(5));
        for (int position = 0; position < Positions; position++)
        {
            PositionCommitment known = trace.CommitmentAt(position);
            Assert.Equal(known.Leaf, TraceCommitment.Leaf((uint)position, known.Bounds.HIn, known.Bounds.HOut, known.KvRoot));
        }
    }

    [Fact]
    public void Append_WithinCapacity_AllocatesNothing()
    {
        ModelConfig config = Config(2048, 4, 64);
        LayerRange range = new(0, 4);
        float[] vector = new float[2048];
        ushort[] rows = new ushort[2 * config.KvLength];
        Bytes32[] leaves = new Bytes32[4 * 8];
        PositionCommitment[] commitments = new PositionCommitment[1];
        Bytes32[] root = new Bytes32[1];
        foreach (CommitmentSalts? salts in (CommitmentSalts?[])[null, new CommitmentSalts(Bytes32.Zero)])
        {
            ShardTrace trace = new(config, range, salts, 3000);
            long before = 0;
            for (int position = 0; position < 3000; position++)
            {
                // The first rounds may make what is kept per thread.
                if (position == 1000)
                    before = GC.GetAllocatedBytesForCurrentThread();
                for (int layer = 0; layer < 4; layer++)
                    trace.HashRows(layer, position, rows, leaves.AsSpan(8 * layer, 8));
                KvCommitment.PositionRoots(leaves, leaves.Length, root);
                commitments[0] = trace.Hash(position, vector, vector, null, root[0]);
                trace.Append(commitments);
            }
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    private static PositionCommitment Commit(
        ShardTrace trace, ModelConfig config, LayerRange range, CommitmentSalts? salts, int position, Random random, List<Bytes32> expected)
    {
        float[] hIn = Vector(random, config.EmbeddingLength);
        float[] hOut = Vector(random, config.EmbeddingLength);
        int perLayer = 2 * config.KvHeadCount;
        Bytes32[] rowLeaves = new Bytes32[range.Count * perLayer];
        List<Bytes32> ownLeaves = [];
        for (int layer = 0; layer < range.Count; layer++)
        {
            ushort[] rows = [.. Enumerable.Range(0, perLayer * config.HeadDimension).Select(_ => (ushort)random.Next(0x7C00))];
            trace.HashRows(layer, position, rows, rowLeaves.AsSpan(layer * perLayer, perLayer));
            byte[] bytes = [.. rows.SelectMany(BitConverter.GetBytes)];
            int rowBytes = 2 * config.HeadDimension;
            for (int row = 0; row < perLayer; row++)
                ownLeaves.Add(Hash([0], Salt(salts, SaltKind.KvRow, range.First + layer, position, row), bytes[(row * rowBytes)..((row + 1) * rowBytes)]));
        }
        Bytes32[] kvRoot = new Bytes32[1];
        KvCommitment.PositionRoots(rowLeaves, rowLeaves.Length, kvRoot);
        Bytes32 own = Root("TT/kvpo1", ownLeaves.Count, Tree([.. ownLeaves]));
        Bytes32 ownIn = VectorRoot(hIn, salts, range.First, position);
        Bytes32 ownOut = VectorRoot(hOut, salts, range.End, position);
        expected.Add(Hash("TT/leaf1"u8.ToArray(), BigEndian((uint)position), ownIn.ToArray(), ownOut.ToArray(), own.ToArray()));
        Bytes32? known = position % 3 == 0 ? ownIn : null;
        return trace.Hash(position, hIn, hOut, known, kvRoot[0]);
    }

    private static Bytes32 VectorRoot(float[] vector, CommitmentSalts? salts, int boundary, int position)
    {
        byte[] bytes = [.. vector.SelectMany(BitConverter.GetBytes)];
        Bytes32[] leaves = [.. bytes.Chunk(1024).Select((page, i) => Hash([0], Salt(salts, SaltKind.VectorPage, boundary, position, i), page))];
        return Root("TT/vect1", vector.Length, Tree(leaves));
    }

    private static byte[] Salt(CommitmentSalts? salts, SaltKind kind, int layer, int position, int index) =>
        salts?.Of(kind, (uint)layer, (uint)position, (uint)index).ToArray() ?? [];

    private static Bytes32 Tree(Bytes32[] leaves)
    {
        if (leaves.Length == 1)
            return leaves[0];
        int left = 1;
        while (2 * left < leaves.Length)
            left *= 2;
        return Hash([1], Tree(leaves[..left]).ToArray(), Tree(leaves[left..]).ToArray());
    }

    private static Bytes32 Root(string tag, int size, Bytes32 mth) =>
        Hash(System.Text.Encoding.ASCII.GetBytes(tag), [0, 0, 0, 0, .. BigEndian((uint)size)], mth.ToArray());

    private static Bytes32 Hash(params byte[][] parts) => new(System.Security.Cryptography.SHA256.HashData([.. parts.SelectMany(part => part)]));

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static float[] Vector(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];

    private static ModelConfig Config(int width, int kvHeads, int dimension) => new()
    {
        Architecture = ModelArchitecture.Llama, Name = "trace", VocabularySize = 8, EmbeddingLength = width, FeedForwardLength = 8, LayerCount = 4,
        HeadCount = kvHeads, KvHeadCount = kvHeads, HeadDimension = dimension, RopeDimensions = dimension, ContextLength = 4096,
        RmsEpsilonBits = 0x3727C5AC, RopeBaseBits = 0x461C4000, RopePairing = RopePairing.Norm, TiedOutput = false,
    };
}
