using System.Numerics;

namespace TeeTee.Primitives.Tests.Abi;

public sealed class AbiCodecTests
{
    // The worked examples of the Solidity documentation ("Contract ABI Specification", section "Examples").
    [Fact]
    public void EncodeCall_SolidityDocumentation_IsKnown()
    {
        var sam = AbiFunction.Parse("sam(bytes,bool,uint256[])");
        Assert.Equal(
            "0xa5643bf2"
            + "0000000000000000000000000000000000000000000000000000000000000060"
            + "0000000000000000000000000000000000000000000000000000000000000001"
            + "00000000000000000000000000000000000000000000000000000000000000a0"
            + "0000000000000000000000000000000000000000000000000000000000000004"
            + "6461766500000000000000000000000000000000000000000000000000000000"
            + "0000000000000000000000000000000000000000000000000000000000000003"
            + "0000000000000000000000000000000000000000000000000000000000000001"
            + "0000000000000000000000000000000000000000000000000000000000000002"
            + "0000000000000000000000000000000000000000000000000000000000000003",
            Hex.Encode(sam.EncodeCall("dave"u8.ToArray(), true, new[] { 1, 2, 3 })));
    }

    [Fact]
    public void Decode_EachWidth_HasItsClrType()
    {
        AbiType[] types = [.. new[] { "uint8", "uint64", "uint72", "uint128", "uint136", "uint256", "int8", "int64", "int128", "int256" }.Select(AbiType.Parse)];
        object[] values =
        [
            (ulong)255, ulong.MaxValue, (UInt128)1 << 70, UInt128.MaxValue, BigInteger.One << 130, (BigInteger.One << 256) - 1,
            (long)-128, long.MinValue, Int128.MinValue, -(BigInteger.One << 255),
        ];
        var decoded = AbiCodec.Decode(types, AbiCodec.Encode(types, values));
        Assert.Equal(values, decoded);
        Assert.Equal(values.Select(value => value.GetType()), decoded.Select(value => value.GetType()));
    }

    [Theory]
    [InlineData("uint8", 256)]
    [InlineData("uint8", -1)]
    [InlineData("int8", 128)]
    [InlineData("int8", -129)]
    [InlineData("bool", 1)]
    [InlineData("bytes4", 1)]
    [InlineData("uint256[2]", 1)]
    public void Encode_ValueThatDoesNotFit_Throws(string type, int value) =>
        Assert.Throws<ArgumentException>(() => AbiCodec.Encode([AbiType.Parse(type)], [value]));

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("bytes33")]
    [InlineData("bytes0")]
    [InlineData("uint256[0]")]
    [InlineData("()")]
    [InlineData("(uint8")]
    [InlineData("uint8)")]
    [InlineData("uint8,")]
    [InlineData("")]
    [InlineData("uint8[01]")]
    [InlineData("uint8[99999999999]")]
    [InlineData("uint256[1000000][1000000]")]
    [InlineData("((((((((((((((((((uint8))))))))))))))))))")]
    public void Parse_WrongType_Throws(string text) => Assert.Throws<FormatException>(() => AbiType.Parse(text));

    [Fact]
    public void Decode_HugeCounts_ThrowBeforeAllocating()
    {
        var huge = new byte[64];
        huge[31] = 32;
        foreach (var count in new[] { 0x7fffffffu, 0xffffffffu, 3u })
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(huge.AsSpan(60), count);
            Assert.Throws<MalformedDataException>(() => AbiCodec.Decode([AbiType.Parse("uint256[]")], huge));
            Assert.Throws<MalformedDataException>(() => AbiCodec.Decode([AbiType.Parse("bytes")], huge));
            Assert.Throws<MalformedDataException>(() => AbiCodec.Decode([AbiType.Parse("bytes[]")], huge));
        }
        huge.AsSpan(32).Fill(0xff);
        Assert.Throws<MalformedDataException>(() => AbiCodec.Decode([AbiType.Parse("string")], huge));
    }

    [Theory]
    [InlineData("address")]
    [InlineData("bool")]
    [InlineData("uint64")]
    [InlineData("int64")]
    [InlineData("bytes4")]
    public void Decode_DirtyPadding_Throws(string type)
    {
        var word = new byte[32];
        word[type == "bytes4" ? 31 : 0] = 1;
        Assert.Throws<MalformedDataException>(() => AbiCodec.Decode([AbiType.Parse(type)], word));
    }

    [Fact]
    public void Decode_AnyTruncationOrMutation_IsMalformedOrCanonical()
    {
        AbiType[] types = [AbiType.Parse("(uint64,bytes32[],(address,bytes)[3])"), AbiType.Parse("string[][]"), AbiType.Parse("int128")];
        object[] values =
        [
            new object[] { 5UL, new object[] { Keccak256.Hash([1]) }, Enumerable.Range(0, 3).Select(i => (object)new object[] { Address.Zero, new byte[i * 20] }).ToArray() },
            new object[] { new object[] { "a", "b" }, Array.Empty<object>() },
            -5,
        ];
        var data = AbiCodec.Encode(types, values);
        Random random = new(4);
        for (var length = 0; length < data.Length; length++)
            Assert.Throws<MalformedDataException>(() => AbiCodec.Decode(types, data.AsSpan(0, length)));
        Assert.Throws<MalformedDataException>(() => AbiCodec.Decode(types, [.. data, .. new byte[32]]));
        for (var i = 0; i < 20_000; i++)
        {
            var mutated = (byte[])data.Clone();
            mutated[random.Next(mutated.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.Equal(mutated, AbiCodec.Encode(types, AbiCodec.Decode(types, mutated)));
            }
            catch (MalformedDataException)
            {
                // Refused, as it should be.
            }
        }
    }

    [Fact]
    public void Event_IndexedAndPlain_Decode()
    {
        var posted = AbiEvent.Parse("event BatchPosted(uint64 indexed index, bytes32 hash, string indexed note, address who)");
        Assert.Equal("BatchPosted(uint64,bytes32,string,address)", posted.Signature);
        var hash = Keccak256.Hash([1]);
        var who = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        var data = AbiCodec.Encode([AbiType.Parse("bytes32"), AbiType.Parse("address")], [hash, who]);
        Bytes32[] topics = [posted.Topic, AbiEvent.ToTopic(AbiType.Parse("uint64"), 7), Keccak256.Hash("note"u8)];
        Assert.Equal([7UL, hash, topics[2], who], posted.Decode(topics, data));
        Assert.False(posted.Matches([hash, topics[1], topics[2]]));
        Assert.Throws<MalformedDataException>(() => posted.Decode(topics[..2], data));
        // keccak256("Transfer(address,address,uint256)"), as every token logs it.
        Assert.Equal(
            "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
            AbiEvent.Parse("event Transfer(address indexed from, address indexed to, uint256 value)").Topic.ToString());
    }

    [Fact]
    public void Error_OwnAndOther_AreTold()
    {
        Assert.Equal("0x08c379a0", Hex.Encode(AbiError.RevertString.Selector));
        Assert.Equal("0x4e487b71", Hex.Encode(AbiError.Panic.Selector));
        var error = AbiError.Parse("error Rollup_IndexAlreadyPosted(uint64 index, bytes32 hash)");
        var data = error.Encode(3, Bytes32.Zero);
        Assert.True(error.TryDecode(data, out var values));
        Assert.Equal([3UL, Bytes32.Zero], values);
        Assert.False(AbiError.Panic.TryDecode(data, out _));
        Assert.False(error.TryDecode(data.AsSpan(0, 40), out _));
        Assert.False(error.TryDecode([], out _));
    }

    [Fact]
    public void Function_HumanReadable_ParsesNamesAndResults()
    {
        var function = AbiFunction.Parse(
            "function postBatch(uint64 expectedIndex, bytes32 parent, tuple(uint16 version, bytes32[] roots) calldata header) external payable returns (bytes32 hash, bool);");
        Assert.Equal("postBatch(uint64,bytes32,(uint16,bytes32[]))", function.Signature);
        Assert.Equal(["expectedIndex", "parent", "header"], function.Inputs.Select(parameter => parameter.Name));
        Assert.Equal(2, function.Outputs.Count);
        var call = function.EncodeCall(1, Bytes32.Zero, new object[] { 2, new[] { Bytes32.Zero } });
        Assert.Equal([1UL, Bytes32.Zero], function.DecodeCall(call)[..2]);
        Assert.Equal([Bytes32.Zero, true], function.DecodeResult(function.EncodeResult(Bytes32.Zero, true)));
        Assert.Throws<MalformedDataException>(() => function.DecodeCall(call.AsSpan(1)));
        // The ERC-20 selector that everybody knows.
        Assert.Equal("0xa9059cbb", Hex.Encode(AbiFunction.Parse("transfer(address,uint256)(bool)").Selector));
    }
}
