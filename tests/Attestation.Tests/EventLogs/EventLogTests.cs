using System.Text;
using System.Text.Json.Nodes;
using TeeTee.Attestation.EventLogs;

namespace TeeTee.Attestation.Tests.EventLogs;

public sealed class EventLogTests
{
    [Fact]
    public void TryRead_BareArray_GivesEventsInOrder()
    {
        EventLog log = EventLogFixture.Ordinary().Read();

        Assert.Equal((EventLogFormat.DstackEvents, 17), (log.Format, log.Events.Count));
        Assert.Equal("compose-hash", log.Events[11].Name);
        Assert.Equal(8, log.Events.Count(e => e.IsRuntime));
        Assert.True(log.Quote.IsEmpty);
    }

    [Fact]
    public void TryRead_QuoteResponse_GivesTheSameEventsAndTheQuote()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        JsonObject asText = new() { ["quote"] = "040506", ["event_log"] = Encoding.UTF8.GetString(made.ToJson()), ["vm_config"] = "{}" };
        JsonObject asArray = new() { ["quote"] = "040506", ["event_log"] = JsonNode.Parse(made.ToJson()) };

        foreach (JsonObject response in new[] { asText, asArray })
        {
            EventLog log = EventLogFixture.Read(Encoding.UTF8.GetBytes(response.ToJsonString()));
            Assert.Equal(EventLogFormat.DstackQuoteResponse, log.Format);
            Assert.Equal(new byte[] { 4, 5, 6 }, log.Quote.ToArray());
            Assert.Equal(made.Read().Events.Select(e => Convert.ToHexString(e.Digest.Span)), log.Events.Select(e => Convert.ToHexString(e.Digest.Span)));
        }
    }

    [Fact]
    public void TryRead_RuntimeEventWithoutDigest_ComputesIt()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        byte[] with = made.Read().Events[11].Digest.ToArray();
        made.Find("compose-hash")["digest"] = "";
        made.Find("app-id").Remove("digest");

        Assert.Equal(with, made.Read().Events[11].Digest.ToArray());
    }

    [Fact]
    public void TryRead_Version2_IsItsOwnDigest()
    {
        EventLogFixture made = new();
        made.Events.Add(EventLogFixture.RuntimeEvent2("compose-hash", [0xab, 0xcd]));
        JsonObject textual = EventLogFixture.RuntimeEvent2("a\"b\\c\n\u0001ü", [1]);
        textual["preimage"] = Encoding.UTF8.GetString(RuntimeDigest.Preimage("a\"b\\c\n\u0001ü", [1]));
        made.Events.Add(textual);

        EventLog log = made.Read();

        Assert.Equal(System.Security.Cryptography.SHA384.HashData("""{"name":"compose-hash","payload":"abcd","type":134217729}"""u8), log.Events[0].Digest.ToArray());
        Assert.Equal(System.Security.Cryptography.SHA384.HashData("{\"name\":\"a\\\"b\\\\c\\n\\u0001ü\",\"payload\":\"01\",\"type\":134217729}"u8), log.Events[1].Digest.ToArray());
    }

    [Fact]
    public void TryRead_ForgedDigestOfRuntimeEvent_IsRefused()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Find("compose-hash")["digest"] = new string('1', 96);

        AssertRefused(EventLogStage.RuntimeDigest, "compose-hash", made);
    }

    [Fact]
    public void TryRead_ChangedPayloadWithOldDigest_IsRefused()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Find("compose-hash")["event_payload"] = new string('2', 64);

        AssertRefused(EventLogStage.RuntimeDigest, "compose-hash", made);
    }

    [Theory]
    [InlineData(null, "no preimage")]
    [InlineData("7b7d", "not the canonical one")]
    [InlineData("""{"payload":"abcd","name":"compose-hash","type":134217729}""", "not the canonical one")]
    [InlineData("""{"name":"compose-hash", "payload":"abcd","type":134217729}""", "not the canonical one")]
    [InlineData("""{"name":"compose-hash","payload":"ABCD","type":134217729}""", "not the canonical one")]
    public void TryRead_Version2WithoutCanonicalPreimage_IsRefused(string? preimage, string cause)
    {
        EventLogFixture made = new();
        JsonObject item = EventLogFixture.RuntimeEvent2("compose-hash", [0xab, 0xcd]);
        item["preimage"] = preimage;
        // Even with the digest of what is given, as a forger would write it.
        if (preimage?.StartsWith('{') == true)
            item["digest"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA384.HashData(Encoding.UTF8.GetBytes(preimage)));
        made.Events.Add(item);

        AssertRefused(EventLogStage.RuntimeDigest, cause, made);
    }

    [Fact]
    public void TryRead_PreimageOnVersion1_IsRefused()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Find("app-id")["preimage"] = "7b7d";

        AssertRefused(EventLogStage.RuntimeDigest, "not version 2", made);
    }

    [Theory]
    [InlineData("imr", "4", EventLogStage.Event)]
    [InlineData("imr", "-1", EventLogStage.Event)]
    [InlineData("imr", "null", EventLogStage.Event)]
    [InlineData("imr", "1.5", EventLogStage.Event)]
    [InlineData("event_type", "4294967296", EventLogStage.Event)]
    [InlineData("event_type", "\"3\"", EventLogStage.Event)]
    [InlineData("digest", "\"\"", EventLogStage.Event)]
    [InlineData("digest", "\"abc\"", EventLogStage.Event)]
    [InlineData("digest", "\"zz\"", EventLogStage.Event)]
    [InlineData("digest", "7", EventLogStage.Event)]
    [InlineData("event", "[]", EventLogStage.Event)]
    [InlineData("event", "\"\\ud800\"", EventLogStage.Form)]
    [InlineData("event_payload", "\"0\"", EventLogStage.Event)]
    [InlineData("version", "2", EventLogStage.Event)]
    [InlineData("version", "0", EventLogStage.Event)]
    public void TryRead_MalformedField_IsRefused(string field, string value, EventLogStage stage)
    {
        // The first event is the firmware's: only runtime events have versions.
        string json = Encoding.UTF8.GetString(EventLogFixture.Ordinary().ToJson());
        JsonObject first = JsonNode.Parse(json)!.AsArray()[0]!.AsObject();
        first.Remove(field);
        string text = first.ToJsonString();
        byte[] changed = Encoding.UTF8.GetBytes($"[{text[..^1]},\"{field}\":{value}}}]");

        Assert.False(EventLog.TryRead(changed, out _, out EventLogError? error));
        Assert.Equal(stage, error.Stage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData("[")]
    [InlineData("{\"event_log\": 5}")]
    [InlineData("{\"event_log\": \"{}\"}")]
    [InlineData("{\"event_log\": \"[[[\"}")]
    [InlineData("{\"event_log\": [], \"event_log\": []}")]
    [InlineData("{\"event_log\": [], \"quote\": 3}")]
    [InlineData("{\"attestation\": \"01\"}")]
    [InlineData("{\"attestation\": \"0000\"}")]
    [InlineData("{\"attestation\": \"0000ffffffff\"}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public void TryRead_NoEventLog_IsRefused(string text)
    {
        Assert.False(EventLog.TryRead(Encoding.UTF8.GetBytes(text), out _, out EventLogError? error));
        Assert.NotEmpty(error.Cause);
    }

    [Fact]
    public void TryRead_BeyondTheBounds_IsRefused()
    {
        EventLogFixture many = new();
        for (int i = 0; i <= EventLogLimits.Events; i++)
            many.Runtime("x", []);
        AssertRefused(EventLogStage.Form, "257 events", many);

        EventLogFixture longName = new();
        longName.Runtime(new string('n', 257), []);
        AssertRefused(EventLogStage.Event, "name", longName);

        Assert.False(EventLog.TryRead(new byte[EventLogLimits.Bytes + 1], out _, out EventLogError? error));
        Assert.Contains("bytes", error.Cause, StringComparison.Ordinal);
    }

    private static void AssertRefused(EventLogStage stage, string cause, EventLogFixture made)
    {
        Assert.False(EventLog.TryRead(made.ToJson(), out _, out EventLogError? error));
        Assert.Equal(stage, error.Stage);
        Assert.Contains(cause, error.Cause, StringComparison.Ordinal);
    }
}
