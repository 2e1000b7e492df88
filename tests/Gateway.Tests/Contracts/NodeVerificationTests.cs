using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Gateway.Tests.Support;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Tests.Contracts;

public sealed class NodeVerificationTests
{
    private const ulong Epoch = 40;
    private readonly ScriptedSequencer _sequencer = new();

    private NodeInfo Node => _sequencer.Node;

    private NodeFacts Facts => new(
        true, Epoch,
        Node.Models.ToImmutableDictionary(m => m.ModelId, m => new ListedModel(m.ModelId, m.LayerCount, m.ContextLength, 1, false, default, default, default)),
        Slots.ToImmutableDictionary(s => s.SlotId, s => new Slot(s.SlotId, s.Operator, _sequencer.Model.ModelId, s.FirstLayer, s.LayerCount)),
        Slots.ToImmutableDictionary(s => s.SlotId, s => (IReadOnlyList<SlotKey>)[new SlotKey(s.SlotId, s.SigningKey, default, 0, Epoch + 1)]));

    private ImmutableArray<SlotInfo> Slots => _sequencer.Model.Slots;

    [Fact]
    public void FirstFault_WhatTheContractHolds_IsNone() => Assert.Null(NodeVerification.FirstFault(Node, Node.Models, Facts));

    public static TheoryData<string, string> Lies => new()
    {
        { "poster", "may not post" },
        { "unlisted", "not listed" },
        { "context", "not listed" },
        { "no slot", "not registered" },
        { "operator", "not registered" },
        { "layers", "not registered" },
        { "other model", "not registered" },
        { "key", "no key" },
        { "expired", "no key" },
        { "gap", "begins at layer" },
        { "end", "ends at layer" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void FirstFault_Lie_IsNamed(string lie, string fault)
    {
        (SlotInfo slot, ModelInfo model) = (Slots[1], _sequencer.Model);
        NodeFacts facts = lie switch
        {
            "poster" => Facts with { IsPoster = false },
            "unlisted" => Facts with { Models = Facts.Models.Clear() },
            "no slot" => Facts with { Slots = Facts.Slots.Remove(slot.SlotId) },
            "other model" => Facts with { Slots = Facts.Slots.SetItem(slot.SlotId, Facts.Slots[slot.SlotId] with { ModelId = Bytes32.Zero }) },
            "expired" => Facts with { Epoch = Epoch + 1 },
            _ => Facts,
        };
        ModelInfo told = lie switch
        {
            "context" => model with { ContextLength = model.ContextLength + 1 },
            "operator" => Told(slot with { Operator = Address.Zero }),
            "layers" => Told(slot with { LayerCount = slot.LayerCount - 1 }),
            "key" => Told(slot with { SigningKey = PrivateKey.Generate().Address }),
            "gap" => Told(slot with { FirstLayer = slot.FirstLayer + 1 }),
            "end" => model with { Slots = [Slots[0]] },
            _ => model,
        };

        Assert.Contains(fault, NodeVerification.FirstFault(Node, [told], facts), StringComparison.Ordinal);

        ModelInfo Told(SlotInfo second) => model with { Slots = [Slots[0], second] };
    }

    [Fact]
    public async Task GetInfoAsync_AnotherContractThanDeployed_IsRefused()
    {
        Address any = PrivateKey.Generate().Address;
        Deployment deployment = new(Node.ChainId, Node.Rollup, any, any, any, 1);

        NodeInfo good = await Client(deployment).GetInfoAsync(CancellationToken.None);

        Assert.Equal(Node, good);
        await Assert.ThrowsAsync<AnswerFaultException>(() => Client(deployment with { ChainId = 1 }).GetInfoAsync(CancellationToken.None));
        await Assert.ThrowsAsync<AnswerFaultException>(() => Client(deployment with { Rollup = any }).GetInfoAsync(CancellationToken.None));
    }

    [Fact]
    public async Task GetInfoAsync_ChainAway_IsUnreachableAndNotBelieved()
    {
        Address any = PrivateKey.Generate().Address;
        Deployment deployment = new(Node.ChainId, Node.Rollup, any, any, any, 1);
        using JsonRpcClient nobody = new(new Uri("http://127.0.0.1:9"));
        CheckedJobClient client = new(_sequencer, _sequencer.Model.ModelId, deployment, new NodeFactsReader(new EthereumClient(nobody), deployment), TimeProvider.System);

        JobApiException fault = await Assert.ThrowsAsync<JobApiException>(() => client.GetInfoAsync(CancellationToken.None));

        Assert.Equal("unreachable", fault.Code);
    }

    private CheckedJobClient Client(Deployment deployment) => new(_sequencer, _sequencer.Model.ModelId, deployment, facts: null, TimeProvider.System);
}
