using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Engine;

public sealed class ModelForwardTests : IDisposable
{
    // Root mean square of the logits' error against that of the logits. Activations of 8 bits cost about half a percent per product.
    private const double OracleBound = 0.03;

    private readonly CanonicalModel _model = EngineRuns.Odd.Import();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Run_WholeModel_EqualsDefinitionBitForBit()
    {
        Dictionary<int, uint[]> logits = [];
        OfflineRunResult run = EngineRuns.Run(_model, new OfflineRunOptions
        {
            MaxTokens = 6,
            Logits = (position, values) => logits[position] = [.. values.ToArray().Select(BitConverter.SingleToUInt32Bits)],
        });
        ReferenceModel reference = new(_model);
        uint[] tokens = [.. EngineRuns.Prompt, .. run.OutputTokens];
        for (int p = 0; p < run.Positions; p++)
        {
            (float[] hIn, float[] hOut) = reference.Run(tokens[p]);
            Assert.Equal(VectorRoot(hIn), run.Traces[0].Boundaries[p].HIn);
            Assert.Equal(VectorRoot(hOut), run.Traces[0].Boundaries[p].HOut);
            Assert.Equal(Leaf(p, hIn, hOut, reference), run.Traces[0].Leaves[p]);
            Assert.Equal(reference.Logits(hOut).Select(BitConverter.SingleToUInt32Bits), logits[p]);
        }
        Assert.Equal(Enumerable.Range(0, run.Positions), logits.Keys);
    }

    [Theory]
    [InlineData(7ul)]
    [InlineData(8ul)]
    [InlineData(9ul)]
    public void Run_AgainstDoublePrecision_StaysInBound(ulong seed)
    {
        using CanonicalModel model = (EngineRuns.Odd with { Seed = seed }).Import();
        Assert.InRange(Error(model, new OracleModel(model)), 0, OracleBound);
    }

    // The bound means something: an oracle that rotates the wrong pairs is far outside.
    [Fact]
    public void Run_AgainstWrongOracle_LeavesBound() =>
        Assert.True(Error(_model, new OracleModel(_model, swapPairing: true)) > 2 * OracleBound);

    private static double Error(CanonicalModel model, OracleModel oracle)
    {
        float[] actual = [];
        EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 1, Logits = (_, logits) => actual = logits.ToArray() });
        double[] expected = oracle.Logits(EngineRuns.Prompt);
        double squares = actual.Zip(expected, (a, e) => (a - e) * (a - e)).Sum();
        return Math.Sqrt(squares / expected.Sum(e => e * e));
    }

    // Straight from docs/protocol.md, section 2: 96 elements are one page.
    private static Bytes32 VectorRoot(float[] vector) => Root("TT/vect1", vector.Length, LeafHash(MemoryMarshal.AsBytes<float>(vector)));

    private Bytes32 Leaf(int position, float[] hIn, float[] hOut, ReferenceModel reference)
    {
        List<byte[]> rows = [];
        for (int layer = 0; layer < _model.Config.LayerCount; layer++)
        {
            foreach (bool value in (bool[])[false, true])
            {
                for (int head = 0; head < _model.Config.KvHeadCount; head++)
                    rows.Add(LeafHash(MemoryMarshal.AsBytes<ushort>(reference.Row(layer, value, head, position))));
            }
        }
        byte[] p = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(p, position);
        return new Bytes32(SHA256.HashData((byte[])[
            .. "TT/leaf1"u8, .. p, .. VectorRoot(hIn).ToArray(), .. VectorRoot(hOut).ToArray(),
            .. Root("TT/kvpo1", rows.Count, Tree([.. rows])).ToArray()]));
    }

    private static Bytes32 Root(string tag, int size, byte[] tree)
    {
        byte[] count = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(count, size);
        return new Bytes32(SHA256.HashData((byte[])[.. System.Text.Encoding.ASCII.GetBytes(tag), .. count, .. tree]));
    }

    private static byte[] LeafHash(ReadOnlySpan<byte> data) => SHA256.HashData((byte[])[0, .. data]);

    private static byte[] Tree(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
            return leaves[0];
        int split = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)leaves.Length) / 2;
        return SHA256.HashData((byte[])[1, .. Tree(leaves[..split]), .. Tree(leaves[split..])]);
    }
}
