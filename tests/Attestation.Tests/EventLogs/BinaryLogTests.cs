using TeeTee.Attestation.EventLogs;

namespace TeeTee.Attestation.Tests.EventLogs;

public sealed class BinaryLogTests
{
    private static readonly IReadOnlyList<MeasuredEvent> s_events = EventLogFixture.Ordinary().Read().Events;

    [Fact]
    public void TryRead_Attestation_IsTheJsonLog()
    {
        EventLog log = EventLogFixture.Read(BinaryLogs.Attestation(s_events));

        Assert.Equal(EventLogFormat.DstackAttestation, log.Format);
        Assert.Equal(new byte[] { 1, 2, 3 }, log.Quote.ToArray());
        Assert.Equal(s_events.Select(Text), log.Events.Select(Text));
        Assert.Null(EventLogVerifier.Verify(log, EventLogFixture.Ordinary().Report()).Error);
    }

    [Fact]
    public void TryRead_EveryCutAttestation_IsRefused()
    {
        byte[] whole = BinaryLogs.Attestation(s_events);
        int end = whole.Length - "what follows is not read".Length;
        for (int length = 0; length < end; length++)
            Assert.False(EventLog.TryRead(whole.AsMemory(0, length), out _, out _), $"{length} bytes");
    }

    [Fact]
    public void TryRead_CcelWithTwoAlgorithms_TakesSha384AndNoNames()
    {
        EventLog log = EventLogFixture.Read(BinaryLogs.Ccel(s_events, 0x000B));

        Assert.Equal(EventLogFormat.Ccel, log.Format);
        Assert.Equal(s_events.Select(e => Convert.ToHexString(e.Digest.Span)), log.Events.Select(e => Convert.ToHexString(e.Digest.Span)));
        EventLogVerdict verdict = EventLogVerifier.Verify(log, EventLogFixture.Ordinary().Report());
        Assert.Null(verdict.Error);
        Assert.Null(verdict.Claims);
    }

    [Fact]
    public void TryRead_CcelWithoutSha384_IsRefused()
    {
        byte[] table = BinaryLogs.Ccel([]);
        table[60] = 0x0B;
        Assert.False(EventLog.TryRead(table, out _, out EventLogError? error));
        Assert.Contains("SHA-384", error.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(56, 0u, "digest algorithms")]
    [InlineData(56, 17u, "digest algorithms")]
    [InlineData(28, 0xFFFFFFFFu, "header event")]
    [InlineData(28, 20u, "too short")]
    [InlineData(65, 0u, "not 1..4")]
    [InlineData(65, 5u, "not 1..4")]
    [InlineData(73, 0xFFFFFFu, "digests")]
    [InlineData(73, 0u, "no SHA-384")]
    public void TryRead_CcelWithWrongNumber_IsRefused(int offset, uint value, string cause)
    {
        byte[] table = BinaryLogs.Ccel([s_events[0] with { Payload = new byte[] { 1, 2, 3, 4 } }, s_events[1]]);
        BinaryLogs.Number(value).CopyTo(table, offset);
        if (offset == 73 && value == 0)
        {
            // Without digests the record ends with its payload's length, which must then be read from here.
            table = [.. table[..77], .. BinaryLogs.Number(0), .. Enumerable.Repeat((byte)0xFF, 16)];
        }

        Assert.False(EventLog.TryRead(table, out _, out EventLogError? error));
        Assert.Contains(cause, error.Cause, StringComparison.Ordinal);
    }

    private static string Text(MeasuredEvent e) => $"{e.Register} {e.Type} {e.Name} {Convert.ToHexString(e.Payload.Span)} {Convert.ToHexString(e.Digest.Span)} {e.IsRuntime}";
}
