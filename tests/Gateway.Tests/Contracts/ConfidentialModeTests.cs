using System.Collections.Immutable;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Gateway.Tests.Support;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Tests.Contracts;

public sealed class ConfidentialModeTests
{
    private const ulong Epoch = 40;
    private readonly ScriptedSequencer _sequencer = new();

    private ModelInfo Model => _sequencer.Model;

    private NodeFacts Facts => new(
        true, Epoch,
        ImmutableDictionary<Bytes32, ListedModel>.Empty.Add(
            Model.ModelId, new ListedModel(Model.ModelId, Model.LayerCount, Model.ContextLength, 1, false, default, default, default)),
        Model.Slots.ToImmutableDictionary(s => s.SlotId, s => new Slot(s.SlotId, s.Operator, Model.ModelId, s.FirstLayer, s.LayerCount)),
        Model.Slots.ToImmutableDictionary(s => s.SlotId, s => (IReadOnlyList<SlotKey>)[Key(s)]));

    [Fact]
    public void FirstFault_RegisteredKey_IsNone() => Assert.Null(ContractKeyVerification.FirstFault(_sequencer.Node, Model, Facts));

    public static TheoryData<string> Lies => ["encryption key", "key of the other slot", "key beside another signing key", "expired", "not yet valid", "not registered"];

    [Theory]
    [MemberData(nameof(Lies))]
    public void FirstFault_KeyThatTheContractDoesNotHaveSo_IsNamed(string lie)
    {
        (SlotInfo first, SlotInfo second) = (Model.Slots[0], Model.Slots[1]);
        Bytes32 others = Keccak256.Hash([1]);
        SlotKey valid = Key(first);
        (ModelInfo told, NodeFacts facts) = lie switch
        {
            "encryption key" => (Model with { EncryptionKey = others }, Facts),
            "key of the other slot" => (Model with { EncryptionKey = others }, With(second, Key(second) with { EncryptionKey = others })),
            // The signing key that the node names is valid, the encryption key belongs to an older one: both must be of one registration.
            "key beside another signing key" => (Model, With(first, valid with { EncryptionKey = others }, valid with { SigningKey = second.SigningKey })),
            "expired" => (Model, With(first, valid with { ValidUntil = Epoch }, valid with { EncryptionKey = others })),
            "not yet valid" => (Model, With(first, valid with { ValidFrom = Epoch + 1 })),
            _ => (Model, Facts with { Keys = Facts.Keys.Remove(first.SlotId) }),
        };

        Assert.NotNull(ContractKeyVerification.FirstFault(_sequencer.Node, told, facts));
    }

    [Fact]
    public async Task SealAsync_EveryVerificationAgrees_SealsToTheFirstSlotAndItsAuditors()
    {
        ConfidentialMode mode = new([new Told(null), new Told(null)], [Keccak256.Hash([2])]);

        JobSeal seal = await mode.SealAsync(_sequencer.Node, Model, CancellationToken.None);

        Assert.Equal((Model.EncryptionKey, Keccak256.Hash([2])), (seal.EncryptionKey, Assert.Single(seal.Auditors)));
    }

    [Fact]
    public async Task SealAsync_OneVerificationDisagrees_RefusesNamingTheFault()
    {
        ConfidentialMode mode = new([new Told(null), new Told("the quote is of another image")], []);

        AnswerFaultException fault = await Assert.ThrowsAsync<AnswerFaultException>(() => mode.SealAsync(_sequencer.Node, Model, CancellationToken.None));

        Assert.Contains("Nothing was sent", fault.Message, StringComparison.Ordinal);
        Assert.Contains("the quote is of another image", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SealAsync_NothingToVerifyWithOrAKeyOfSmallOrder_Refuses()
    {
        await Assert.ThrowsAsync<AnswerFaultException>(() => new ConfidentialMode([], []).SealAsync(_sequencer.Node, Model, CancellationToken.None));
        await Assert.ThrowsAsync<AnswerFaultException>(() => new ConfidentialMode([new Told(null)], [])
            .SealAsync(_sequencer.Node, Model with { EncryptionKey = Bytes32.Zero }, CancellationToken.None));
        await Assert.ThrowsAsync<AnswerFaultException>(() => new ConfidentialMode([new Told(null)], [])
            .SealAsync(_sequencer.Node, Model with { Slots = [] }, CancellationToken.None));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("the key is of another slot")]
    public async Task Gateway_Confidential_SealsEveryPromptOrRefusesIt(string? fault)
    {
        _sequencer.Answer = DemoModel.Answer("A rollup settles on a chain.");
        await using GatewayServer server = await GatewayServer.StartAsync(_sequencer, confidential: new ConfidentialMode([new Told(fault)], []));

        HttpResponseMessage response = await server.PostAsync(
            "v1/chat/completions", new { model = "teetee-demo", messages = new[] { new { role = "user", content = "What is a rollup?" } }, temperature = 0 });

        Assert.Equal(fault is null, response.IsSuccessStatusCode);
        if (fault is not null)
        {
            Assert.Empty(_sequencer.Submissions);
            return;
        }
        JobSubmission sent = Assert.Single(_sequencer.Submissions);
        Assert.True(sent.Tokens is null && sent.Sealed is not null);
        Assert.Equal("A rollup settles on a chain.", (await response.JsonAsync()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    private SlotKey Key(SlotInfo slot) =>
        new(slot.SlotId, slot.SigningKey, slot.FirstLayer == 0 ? Model.EncryptionKey : Keccak256.Hash([9]), 0, Epoch + 1);

    private NodeFacts With(SlotInfo slot, params SlotKey[] keys) => Facts with { Keys = Facts.Keys.SetItem(slot.SlotId, keys) };

    private sealed class Told(string? fault) : IEnclaveKeyVerification
    {
        public Task<string?> FirstFaultAsync(NodeInfo node, ModelInfo model, CancellationToken cancellationToken) => Task.FromResult(fault);
    }
}
