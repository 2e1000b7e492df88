using System.Text.Json;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Tests.EventLogs;

/// <summary>The logs of real machines.</summary>
public sealed class SharedEventLogTests
{
    private const string Cases = "tdx/cases.json";

    [SharedFact(Cases)]
    public void Verify_EveryCase_GivesTheExpectedRegistersAndEvents()
    {
        using var document = JsonDocument.Parse(Shared(Cases));
        JsonElement[] cases = [.. document.RootElement.GetProperty("eventlog_cases").EnumerateArray()];
        Assert.Equal(4, cases.Length);
        foreach (JsonElement item in cases)
        {
            EventLog log = EventLogFixture.Read(Shared("tdx/" + item.GetProperty("file").GetString()));
            TdReport report = Report(item.GetProperty("quote").GetString()!);

            EventLogVerdict verdict = EventLogVerifier.Verify(log, report);

            Assert.Equal(item.GetProperty("events").GetInt32(), log.Events.Count);
            Assert.Equal(item.GetProperty("rtmr").EnumerateArray().Select(r => r.GetString()), verdict.Registers.Select(r => Convert.ToHexStringLower(r.Span)));
            Assert.True(item.GetProperty("matches_quote").GetBoolean() == verdict.Matches, verdict.Error?.ToString());
            Assert.Equal(
                item.GetProperty("runtime_events").EnumerateObject().Select(e => (e.Name, e.Value.GetString()!)),
                log.Events.Where(e => e.IsRuntime).Select(e => (e.Name, Convert.ToHexStringLower(e.Payload.Span))));
            Assert.Equal(item.GetProperty("mr_config_id").GetString(), Convert.ToHexStringLower(report.MrConfigId.Span));
        }
    }

    [SharedTheory(Cases)]
    [InlineData("dstack-quote-report.json", "dstack-v4-quote-report.bin", "3763bc34552cf3a27ff71ad5f7a90471562a1a2d", "local-sgx", ConfigIdBinding.None)]
    [InlineData("dstack-tdx-lite-getquote.json", "dstack-v4-tdx-lite.bin", "86b0e55f2fa8e4fb69d890f14f54d5612707646e", "kms", ConfigIdBinding.Version1)]
    [InlineData("dstack-simulator-eventlog.json", "dstack-v4-simulator-2025.bin", "ea549f02e1a25fabd1cb788380e033ec5461b2ff", "kms", ConfigIdBinding.None)]
    public void Verify_DstackMachine_TellsItsApplication(string file, string quote, string appId, string provider, ConfigIdBinding binding)
    {
        EventLogVerdict verdict = EventLogVerifier.Verify(EventLogFixture.Read(Shared("tdx/eventlog/" + file)), Report("quotes/" + quote));

        Assert.Equal(appId, Convert.ToHexStringLower(verdict.Claims!.AppId.Span));
        Assert.Equal(appId, Convert.ToHexStringLower(verdict.Claims.ComposeHash.Span[..20]));
        Assert.Equal(provider, verdict.Claims.KeyProvider.Name);
        Assert.Equal(binding, verdict.ConfigId);
    }

    [SharedFact(Cases)]
    public void Verify_StrippedAttestation_LeadsToRtmr3AndRefusesTheRest()
    {
        EventLog log = EventLogFixture.Read(Shared("tdx/eventlog/dstack-tdx-lite-attestation.json"));
        Assert.Equal((EventLogFormat.DstackAttestation, 12), (log.Format, log.Events.Count));
        Assert.True(TdxQuote.TryParse(log.Quote.Span, out TdxQuote? quote, out _));
        Assert.Equal(Report("quotes/dstack-v4-tdx-lite.bin"), quote.Report);

        EventLogVerdict verdict = EventLogVerifier.Verify(log, quote.Report);

        Assert.Equal([false, false, false, true], verdict.RegisterMatches);
        Assert.Equal(EventLogStage.Registers, verdict.Error?.Stage);
    }

    [SharedFact(Cases)]
    public void Verify_SimulatorAttestation_IsNotThatOfItsComposeFile()
    {
        EventLog log = EventLogFixture.Read(Shared("tdx/eventlog/dstack-simulator-attestation.bin"));
        Assert.True(TdxQuote.TryParse(log.Quote.Span, out TdxQuote? quote, out _));
        byte[] compose = Shared("tdx/eventlog/dstack-simulator-app-compose.json");

        Assert.Null(EventLogVerifier.Verify(log, quote.Report).Error);
        EventLogVerdict verdict = EventLogVerifier.Verify(log, quote.Report, compose);

        Assert.Equal(EventLogStage.Compose, verdict.Error?.Stage);
        Assert.StartsWith("65b4e574", Convert.ToHexStringLower(verdict.Compose!.Hash.Span), StringComparison.Ordinal);
        Assert.StartsWith("c143116f", Convert.ToHexStringLower(verdict.Claims!.ComposeHash.Span), StringComparison.Ordinal);
        Assert.Equal(["pre_launch_script"], verdict.Compose.Scripts);
        Assert.Equal([("ubuntu", false), ("dstacktee/dstack-verifier:0.5.4", false)], verdict.Compose.Images.Select(image => (image.Reference, image.IsPinned)));
        Assert.Empty(verdict.Compose.Doubts);
    }

    [SharedFact(Cases)]
    public void TryRead_FirmwareTable_IsReadToItsPadding()
    {
        EventLog log = EventLogFixture.Read(Shared("tdx/eventlog/dstack-ccel.bin"));

        Assert.Equal(EventLogFormat.Ccel, log.Format);
        Assert.Equal(18, log.Events.Count);
        Assert.DoesNotContain(log.Events, e => e.IsRuntime || e.Name.Length > 0);
    }

    [SharedFact(Cases)]
    public void TryRead_CutFirmwareTable_IsRefusedOrShorter()
    {
        byte[] table = Shared("tdx/eventlog/dstack-ccel.bin");
        int whole = EventLogFixture.Read(table).Events.Count;
        for (int length = 0; length < 600; length++)
        {
            if (EventLog.TryRead(table.AsMemory(0, length), out EventLog? log, out _))
                Assert.True(log.Events.Count < whole);
        }
    }

    private static TdReport Report(string quote)
    {
        Assert.True(TdxQuote.TryParse(Shared("tdx/" + quote), out TdxQuote? parsed, out QuoteError? error), error?.ToString());
        return parsed.Report;
    }

    private static byte[] Shared(string path) => File.ReadAllBytes(Path.Combine(Repository.Shared, path));
}
