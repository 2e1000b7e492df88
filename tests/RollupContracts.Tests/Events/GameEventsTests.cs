using System.Buffers.Binary;
using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts.Tests.Events;

/// <summary>Call data in events is read as the contracts read it: whoever wrote it chose gaps, shared tails and what stands behind the end.</summary>
public sealed class GameEventsTests
{
    private const int Selector = 4;
    private const int Word = 32;

    private static readonly DisputeGameContract s_game = new(new EthereumClient(new JsonRpcClient(new Uri("http://127.0.0.1:1/"))), Address.Zero);
    private static readonly Bytes32 s_key = Keccak256.Hash("key"u8);
    private static readonly TraceOpening s_opening = new(Hash(1), Hash(2), Hash(3), [Hash(4), Hash(5)]);

    private static DisputeContext Context { get; } = new()
    {
        BatchIndex = 3, BatchHash = Hash(9), Leaf = 1, Shard = 2, Position = 4, Positions = 7, Slot = 5, Operator = Address.Zero, ModelId = Hash(10),
        WeightsRoot = Hash(11), Config = new DisputeModel(1, 100, 64, 128, 4, 4, 2, 16, 16, 256, 1, 2, 0, true), FirstLayer = 1, LayerCount = 2,
        TokensRoot = Hash(12), TraceRoot = Hash(13), PromptTokens = 5, Sampling = Sampling.GreedyPick, IsSealed = true,
    };

    [Fact]
    public void Decode_Context_IsTheInverseOfEncode()
    {
        byte[] encoded = Context.Encode();

        Assert.Equal(DisputeContext.Words * Word, encoded.Length);
        Assert.Equal(Context, DisputeContext.Decode(encoded));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    public void TryDecode_OpenedWithBytesBehind_GivesTheContext(int trailing)
    {
        // As open lays its head out: eight words of the header, two offsets, the context, the commitment.
        byte[] call = [.. new byte[Selector + (10 * Word)], .. Context.Encode(), .. new byte[Word + trailing]];
        byte[] data = AbiCodec.Encode(Types("address", "uint128", "uint64", "bytes"), [Address.Zero, (UInt128)7, 8ul, call]);
        LogEntry log = Log([DisputeOpened.Topic, Number(6), s_key, Bytes32.Zero], data);

        Assert.True(DisputeOpened.TryDecode(log, out DisputeOpened? opened));
        Assert.Equal((6ul, Context), (opened.Id, opened.Context));
    }

    [Theory]
    [InlineData("canonical")]
    [InlineData("trailing")]
    [InlineData("gap")]
    [InlineData("shared")]
    [InlineData("backwards")]
    public void TryDecode_RevealedInAnyLayout_GivesTheGroups(string layout)
    {
        Bytes32[][] groups = layout == "shared" ? [[Hash(20), Hash(21)], [Hash(20), Hash(21)]] : [[Hash(20)], [Hash(21), Hash(22)]];
        byte[] call = Lay(s_game.Reveal(Context, s_opening, 3, groups, null, []), layout);

        Assert.True(GroupsRevealed.TryDecode(Revealed(call), out GroupsRevealed? revealed));
        Assert.Equal(groups, revealed.Groups);
        Assert.Equal((s_opening.HInRoot, s_opening.KvRoot, 3u), (revealed.Opening.HInRoot, revealed.Opening.KvRoot, revealed.FirstGroup));
        Assert.Equal(s_opening.Path, revealed.Opening.Path);
    }

    [Fact]
    public void TryDecode_RevealCutAnywhereOrDamaged_EndsOrSaysSo()
    {
        byte[] call = s_game.Reveal(Context, s_opening, 3, [[Hash(20)], [Hash(21), Hash(22)]], null, []);
        for (int i = 0; i < call.Length; i++)
        {
            byte[] damaged = [.. call];
            damaged[i] = 0xFF;
            foreach (byte[] hostile in new[] { call[..i], damaged })
            {
                Exception? thrown = Record.Exception(() => GroupsRevealed.TryDecode(Revealed(hostile), out _));
                Assert.True(thrown is null or MalformedDataException, $"{i}: {thrown}");
            }
        }
    }

    private static byte[] Lay(byte[] call, string layout)
    {
        int groupsOffset = Selector + ((DisputeContext.Words + 2) * Word);
        int groups = Selector + Number(call, groupsOffset);
        switch (layout)
        {
            case "trailing":
                return [.. call, 1, 2, 3];
            case "gap":
                // The groups once more behind the end, after a hole; what stood there before is the hole's other side.
                byte[] moved = [.. call, .. new byte[Word], .. call[groups..]];
                Write(moved, groupsOffset, call.Length + Word - Selector);
                return moved;
            case "backwards":
                // Both arrays behind the end, and group 1 before group 0; the offsets that lead there are negative.
                int first = call.Length;
                byte[] reversed = [.. call, .. Array(Hash(21), Hash(22)), .. Array(Hash(20)), .. Word32(2), .. new byte[2 * Word]];
                int list = reversed.Length - (3 * Word);
                int origin = list + Word;
                Write(reversed, groupsOffset, list - Selector);
                Negative(reversed, origin, first + (3 * Word) - origin);
                Negative(reversed, origin + Word, first - origin);
                return reversed;
            case "shared":
                byte[] shared = [.. call];
                Write(shared, groups + (2 * Word), Number(call, groups + Word));
                return shared;
            default:
                return call;
        }
    }

    [Fact]
    public void TryDecode_PathFarBeforeTheCall_IsEmpty()
    {
        byte[] call = s_game.Reveal(Context, s_opening, 3, [[Hash(20)]], null, []);
        int opening = Selector + Number(call, Selector + (DisputeContext.Words * Word));
        foreach (int away in new[] { -call.Length, int.MinValue })
        {
            byte[] empty = [.. call];
            Negative(empty, opening + (3 * Word), away);
            Assert.True(GroupsRevealed.TryDecode(Revealed(empty), out GroupsRevealed? revealed));
            Assert.Empty(revealed.Opening.Path);
        }
        byte[] furthest = [.. call];
        furthest.AsSpan(opening + (3 * Word), Word).Clear();
        furthest[opening + (3 * Word)] = 0x80;
        Assert.True(GroupsRevealed.TryDecode(Revealed(furthest), out GroupsRevealed? far));
        Assert.Empty(far.Opening.Path);
    }

    private static byte[] Array(params Bytes32[] hashes) => [.. Word32(hashes.Length), .. hashes.SelectMany(hash => hash.ToArray())];

    private static byte[] Word32(int value) => Number(value).ToArray();

    private static void Negative(byte[] call, int at, long value)
    {
        call.AsSpan(at, 24).Fill(0xFF);
        BinaryPrimitives.WriteInt64BigEndian(call.AsSpan(at + 24), value);
    }

    private static LogEntry Revealed(byte[] call) =>
        Log([GroupsRevealed.Topic, s_key], AbiCodec.Encode(Types("uint32", "bool", "bytes"), [3u, true, call]));

    private static LogEntry Log(Bytes32[] topics, byte[] data) => new()
    {
        Address = Address.Zero, Topics = topics, Data = data, BlockNumber = 1, BlockHash = Bytes32.Zero, TransactionHash = Bytes32.Zero, LogIndex = 0,
    };

    private static AbiType[] Types(params string[] names) => [.. names.Select(AbiType.Parse)];

    private static Bytes32 Hash(byte seed) => Keccak256.Hash([seed]);

    private static Bytes32 Number(BigInteger value)
    {
        byte[] word = new byte[Word];
        BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(24), (ulong)value);
        return new Bytes32(word);
    }

    private static int Number(byte[] call, int at) => (int)BinaryPrimitives.ReadUInt64BigEndian(call.AsSpan(at + 24));

    private static void Write(byte[] call, int at, int value) => BinaryPrimitives.WriteUInt64BigEndian(call.AsSpan(at + 24), (ulong)value);
}
