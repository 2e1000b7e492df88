using System.Text;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Attestations;

public sealed class MachineLogTests
{
    private const int MrConfigId = 184;
    private const int Rtmr0 = 328;
    private const int RegisterSize = 48;

    private static readonly string s_log = $$"""
        [{"imr":0,"event_type":2147483659,"digest":"{{new string('1', 96)}}","event":"","event_payload":"0954"},
        {"imr":3,"event_type":134217729,"digest":"","event":"app-id","event_payload":"{{new string('2', 40)}}"},
        {"imr":3,"event_type":134217729,"digest":"","event":"compose-hash","event_payload":"{{new string('3', 64)}}"},
        {"imr":3,"event_type":134217729,"digest":"","event":"key-provider","event_payload":"7b226e616d65223a226e6f6e65222c226964223a22227d"},
        {"imr":3,"event_type":134217729,"digest":"","event":"system-ready","event_payload":""}]
        """;

    [Fact]
    public void Of_LogThatLeadsToTheQuote_NamesTheApplication()
    {
        var read = MachineLog.Of(Answer(s_log, s_log));

        Assert.Equal(5, read.Events.Length);
        Assert.Equal("compose-hash", read.Events[2].GetProperty("event").GetString());
        Assert.Equal((new string('2', 40), new string('3', 64)), (read.Info["app_id"], read.Info["compose_hash"]));
    }

    [Fact]
    public void Of_LogOfAnotherMachine_IsRelayedButSaysNothing()
    {
        var read = MachineLog.Of(Answer(s_log.Replace(new string('2', 40), new string('4', 40), StringComparison.Ordinal), s_log));

        Assert.Equal(5, read.Events.Length);
        Assert.Empty(read.Info);
    }

    public static TheoryData<string> Others =>
        ["", "no JSON", "{}", "7", "[", "[1", $"[{string.Join(',', Enumerable.Repeat("1", 257))}]", $"{new string('[', 40)}{new string(']', 40)}"];

    [Theory]
    [MemberData(nameof(Others))]
    public void Of_WhatIsNoListOfEvents_IsEmpty(string log)
    {
        var read = MachineLog.Of(Answer(log, s_log));

        Assert.Empty(read.Events);
        Assert.Empty(read.Info);
    }

    private static ShardAttestation Answer(string log, string measured)
    {
        Assert.True(EventLog.TryRead(Encoding.UTF8.GetBytes(measured), out EventLog? read, out _));
        IReadOnlyList<ReadOnlyMemory<byte>> registers = RegisterReplay.Compute(read.Events);
        byte[] quote = TestTee.Source.Make(new byte[64], new SimulatedQuoteShape
        {
            EditReport = report =>
            {
                for (int i = 0; i < registers.Count; i++)
                    registers[i].CopyTo(report[(Rtmr0 + (i * RegisterSize))..]);
                report.Slice(MrConfigId, RegisterSize).Span.Clear();
                report.Span[MrConfigId] = 1;
                report.Slice(MrConfigId + 1, 32).Span.Fill(0x33);
            },
        });
        Slot slot = new(1, Address.Zero, Bytes32.Zero, 0, 1);
        return new ShardAttestation(Bytes32.Zero, TeeType.SimulatedTdx, slot, Address.Zero, Bytes32.Zero, 1, quote, default, Encoding.UTF8.GetBytes(log));
    }
}
