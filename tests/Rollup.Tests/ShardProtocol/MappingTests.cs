using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Rollup.Tests.ShardProtocol;

public sealed class MappingTests
{
    private readonly Samples _samples = new(11);

    [Fact]
    public void Read_SignedMessageSent_ReturnsItself()
    {
        Signed<JobRequest> request = new(_samples.JobRequest(), _samples.Signature());
        SignedMessage wire = SignedMessage.Parser.ParseFrom(request.ToWire().ToByteArray());

        Assert.Equal(request, wire.Read<JobRequest>("request"));
        Assert.Throws<WireFormatException>(() => wire.Read<CancelJob>("request"));
        Assert.Throws<WireFormatException>(() => ((SignedMessage?)null).Read<JobRequest>("request"));
        wire.Signature = ByteString.CopyFrom(new byte[65]);
        Assert.Throws<WireFormatException>(() => wire.Read<JobRequest>("request"));
    }

    [Fact]
    public void Mismatch_EachField_IsNamedWithBothValues()
    {
        ShardIdentity ours = new(1, 31337, _samples.Address(), _samples.Hash(), 1, 7);
        Assert.Null(ours.Mismatch(ShardIdentity.Read(Identity.Parser.ParseFrom(ours.ToWire().ToByteArray())), withSlot: true));
        ShardIdentity[] others =
        [
            ours with { ProtocolVersion = 2 }, ours with { ChainId = 1 }, ours with { Rollup = _samples.Address() },
            ours with { ModelId = _samples.Hash() }, ours with { ArithmeticVersion = 3 }, ours with { SlotId = 8 },
        ];
        string[] names = ["protocol version", "chain id", "rollup", "model id", "arithmetic version", "slot"];
        for (int i = 0; i < others.Length; i++)
            Assert.StartsWith($"The {names[i]} is ", ours.Mismatch(others[i], withSlot: true), StringComparison.Ordinal);
        Assert.Null(ours.Mismatch(others[^1], withSlot: false));
    }

    [Fact]
    public void Read_ResultWithLeavesOrOpeningsOfOtherCount_Throws()
    {
        ShardReceipt receipt = _samples.ShardReceipt() with { Positions = 3 };
        SlotResult result = new(new Signed<ShardReceipt>(receipt, _samples.Signature()), _samples.Bytes(96), _samples.Bytes(288));

        Assert.Equal(result, SlotResult.Read(result.ToWire()));
        ShardResult shorter = result.ToWire();
        shorter.Leaves = ByteString.CopyFrom(_samples.Bytes(64));
        Assert.Throws<WireFormatException>(() => SlotResult.Read(shorter));
        ShardResult unopened = result.ToWire();
        unopened.Openings = ByteString.CopyFrom(_samples.Bytes(289));
        Assert.Throws<WireFormatException>(() => SlotResult.Read(unopened));
    }

    [Fact]
    public void Read_EpochWithOtherRootOrOrder_Throws()
    {
        ExecutionTree tree = new([_samples.Hash(), _samples.Hash(), _samples.Hash()]);
        byte[] quote = _samples.Bytes(50);
        QuoteRecord record = _samples.QuoteRecord() with { ExecutionRoot = tree.Root, QuoteHash = Keccak256.Hash(quote) };
        SealedEpoch epoch = new(new QuoteItem(record, quote), tree.Digests, TeeType.SimulatedTdx);

        Assert.Equal(epoch, SealedEpoch.Read(EpochRecord.Parser.ParseFrom(epoch.ToWire().ToByteArray())));
        EpochRecord dropped = epoch.ToWire();
        dropped.ReceiptDigests.RemoveAt(0);
        Assert.Throws<WireFormatException>(() => SealedEpoch.Read(dropped));
        EpochRecord swapped = epoch.ToWire();
        (swapped.ReceiptDigests[0], swapped.ReceiptDigests[1]) = (swapped.ReceiptDigests[1], swapped.ReceiptDigests[0]);
        Assert.Throws<WireFormatException>(() => SealedEpoch.Read(swapped));
    }

    [Fact]
    public void Read_PipelineStageSent_ReturnsItself()
    {
        PipelineStage stage = new(
            new Slot(7, _samples.Address(), _samples.Hash(), 4, 8), "http://127.0.0.1:9001", _samples.Address());

        Assert.Equal(stage, PipelineStage.Read(stage.ToWire(), stage.Slot.ModelId));
        PipelineSlot wire = stage.ToWire();
        wire.Operator = ByteString.CopyFrom(new byte[19]);
        Assert.Throws<WireFormatException>(() => PipelineStage.Read(wire, stage.Slot.ModelId));
    }

    [Theory]
    [InlineData(Finish.Stop, FinishReason.Stop)]
    [InlineData(Finish.Length, FinishReason.Length)]
    [InlineData(Finish.Cancelled, FinishReason.Cancelled)]
    [InlineData(Finish.Void, FinishReason.Void)]
    public void Read_EveryFinish_IsNumberedAlike(Finish wire, FinishReason reason)
    {
        Assert.Equal(reason, wire.Read());
        Assert.Equal(wire, reason.ToWire());
        Assert.Throws<WireFormatException>(() => Finish.Unspecified.Read());
    }
}
