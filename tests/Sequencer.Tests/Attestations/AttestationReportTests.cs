using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Grpc;
using TeeTee.Hosting.Limits;
using TeeTee.Primitives;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Attestations;

/// <summary><c>GET /v1/attestation/report</c> over real HTTP, with shards over real gRPC whose quotes are real simulated ones.</summary>
public sealed class AttestationReportTests
{
    private const string Nonce = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
    private const string Path = "/v1/attestation/report";

    private static readonly Bytes32 s_nonce = Bytes32.Parse("0x" + Nonce);

    [Fact]
    public async Task Report_OfAPipeline_HasTheShapeThatOtherVerifiersRead()
    {
        await using TestSequencer test = await StartAsync();

        JsonElement report = await test.Http.GetFromJsonAsync<JsonElement>($"{Path}?model=test-model&signing_algo=ecdsa&nonce={Nonce}").Within();

        JsonElement[] all = [.. report.GetProperty("all_attestations").EnumerateArray()];
        Assert.Equal(TestWorld.ShardKeys.Select(key => key.Address.ToString()), all.Select(entry => entry.GetProperty("signing_address").GetString()));
        Assert.Equal(all[0].GetProperty("intel_quote").GetString(), report.GetProperty("intel_quote").GetString());
        foreach (JsonElement entry in all.Append(report))
        {
            Assert.Equal(("ecdsa", Nonce, "simulated"), (Text(entry, "signing_algo"), Text(entry, "request_nonce"), Text(entry, "tee_type")));
            Assert.Equal((JsonValueKind.Array, JsonValueKind.Object), (entry.GetProperty("event_log").ValueKind, entry.GetProperty("info").ValueKind));
            Assert.True(TdxQuote.TryParse(Convert.FromHexString(Text(entry, "intel_quote")), out TdxQuote? quote, out _));
            Assert.Equal(Hex.Decode(Text(entry, "signing_address")), quote.Report.ReportData[..20].ToArray());
            Assert.Equal(new byte[12], quote.Report.ReportData[20..32].ToArray());
            Assert.Equal(s_nonce.ToArray(), quote.Report.ReportData[32..].ToArray());
        }
        JsonElement details = all[1].GetProperty("teetee");
        Assert.Equal((9u, 1u, 3u), (details.GetProperty("slotId").GetUInt32(), details.GetProperty("firstLayer").GetUInt32(), details.GetProperty("layerCount").GetUInt32()));
        Assert.Equal((s_nonce.ToString(), "simulated"), (Text(details, "nonce"), Text(details, "teeType")));
        Assert.Equal(JsonValueKind.Object, details.GetProperty("collateral").ValueKind);
        Assert.True(report.GetProperty("teetee").GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task GetAttestation_OverHttpAndInProcess_PassesTheClientsCheck()
    {
        await using TestSequencer test = await StartAsync();
        IJobClient inProcess = test.Host.Services.GetRequiredService<IJobClient>();

        foreach (IJobClient client in new[] { test.Client, inProcess })
        {
            AttestationReport report = await client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None).Within();
            AttestationReportResult result = AttestationReportCheck.Check(report, Input());

            Assert.True(result.Accepted, $"{result.Fault} {string.Join("; ", result.Slots.Select(slot => slot.Cause))}");
            Assert.Equal((7u, FakeChain.EncryptionKey), (result.First!.Slot, result.First.EncryptionKey));
            Assert.False(AttestationReportCheck.Check(report, Input() with { Nonce = Bytes32.Zero }).Accepted);
        }
    }

    [Fact]
    public async Task Report_WithoutNonce_DrawsOneEachTime()
    {
        await using TestSequencer test = await StartAsync();

        AttestationReport first = (await test.Http.GetFromJsonAsync<AttestationReport>(Path, JobApiJson.Options).Within())!;
        AttestationReport second = (await test.Http.GetFromJsonAsync<AttestationReport>(Path, JobApiJson.Options).Within())!;

        Assert.NotEqual(first.RequestNonce, second.RequestNonce);
        Assert.True(AttestationReportCheck.Check(first, Input() with { Nonce = Bytes32.Parse("0x" + first.RequestNonce) }).Accepted);
    }

    [Theory]
    [InlineData("nonce=12", 400, "invalid_request", "bad_request")]
    [InlineData("nonce=0x112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00", 400, "invalid_request", "bad_request")]
    [InlineData("nonce=zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", 400, "invalid_request", "bad_request")]
    [InlineData("nonce=" + Nonce + "00", 400, "invalid_request", "bad_request")]
    [InlineData("nonce=" + Nonce + "&nonce=" + Nonce, 400, "invalid_request", "bad_request")]
    [InlineData("signing_algo=ed25519", 400, "invalid_signing_algo", "invalid_signing_algo")]
    [InlineData("signing_algo=rsa", 400, "invalid_signing_algo", "invalid_signing_algo")]
    [InlineData("signing_address=0x12", 400, "invalid_request", "bad_request")]
    [InlineData("signing_address=0x0000000000000000000000000000000000000001", 404, "not_found", "not_found")]
    [InlineData("model=unknown", 404, "model_not_found", "not_found")]
    public async Task Report_WrongQuery_IsRefusedWithItsType(string query, int status, string code, string type)
    {
        await using TestSequencer test = await StartAsync();

        using HttpResponseMessage response = await test.Http.GetAsync($"{Path}?{query}").Within();
        JsonElement error = (await response.Content.ReadFromJsonAsync<JsonElement>().Within()).GetProperty("error");

        Assert.Equal((status, code, type), ((int)response.StatusCode, Text(error, "code"), Text(error, "type")));
        Assert.NotEmpty(Text(error, "message"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Report_SigningAddressOfAShard_IsFoundInAnyCase(bool upper)
    {
        await using TestSequencer test = await StartAsync();
        string address = TestWorld.ShardKeys[1].Address.ToString();
        string asked = upper ? $"0x{address[2..].ToUpperInvariant()}" : address.ToLowerInvariant();

        using HttpResponseMessage response = await test.Http.GetAsync($"{Path}?signing_address={asked}").Within();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // A shard that answers something else than it was asked for is as good as absent, and is named.
    private static readonly Dictionary<string, (Action<GetAttestationReply> Change, string Cause)> s_lies = new(StringComparer.Ordinal)
    {
        ["other nonce"] = (reply => reply.Nonce = Bytes32.Zero.ToWire(), "answered nonce"),
        ["other slot"] = (reply => reply.SlotId = 77, "registry has"),
        ["other operator"] = (reply => reply.Operator = Address.Zero.ToWire(), "registry has"),
        ["other signing key"] = (reply => reply.SigningKey = Address.Zero.ToWire(), "names key"),
        ["other encryption key"] = (reply => reply.EncryptionKey = Bytes32.Zero.ToWire(), "names key"),
        ["other TEE"] = (reply => reply.TeeType = TeeType.Tdx, "TEE type"),
        ["no quote"] = (reply => reply.Quote = Google.Protobuf.ByteString.Empty, "quote is absent"),
        ["quote that is none"] = (reply => reply.Quote = Google.Protobuf.ByteString.CopyFromUtf8("no quote"), "quote is none"),
        ["quotes swapped"] = (reply => (reply.Quote, reply.LegacyQuote) = (reply.LegacyQuote, reply.Quote), "quote is over"),
        ["legacy quote left out"] = (reply => reply.LegacyQuote = Google.Protobuf.ByteString.Empty, "quote is none"),
        ["short key"] = (reply => reply.SigningKey = Google.Protobuf.ByteString.CopyFromUtf8("short"), "signing_key has 5 bytes"),
        ["huge event log"] = (reply => reply.EventLog = Google.Protobuf.ByteString.CopyFrom(new byte[ShardAttestation.MostEventLogBytes + 1]), "event_log has"),
        ["huge quote"] = (reply => reply.Quote = Google.Protobuf.ByteString.CopyFrom(new byte[ShardAttestation.MostQuoteBytes + 1]), "at most"),
    };

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Report_OneShardLies_NamesTheSlotAndWhy(string lie)
    {
        await using TestSequencer test = await StartAsync();
        (Action<GetAttestationReply> change, string cause) = s_lies[lie];
        test.Second.Attest = async (request, _) =>
        {
            GetAttestationReply reply = await test.Second.AttestHonestlyAsync(request);
            change(reply);
            return reply;
        };

        AttestationReport report = await test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None).Within();

        Assert.False(report.Details.Complete);
        AttestationGap gap = Assert.Single(report.Details.Missing);
        Assert.Equal(9u, gap.SlotId);
        Assert.Contains(cause, gap.Cause, StringComparison.Ordinal);
        Assert.Equal(7u, Assert.Single(report.Entries).Details.SlotId);
        AttestationReportResult result = AttestationReportCheck.Check(report, Input());
        Assert.Equal((false, true), (result.Accepted, result.First is not null));
    }

    [Fact]
    public async Task Report_ShardGivesItsEventLog_RelaysItForThatShardAlone()
    {
        await using TestSequencer test = await StartAsync();
        test.Second.Attest = async (request, _) =>
        {
            GetAttestationReply reply = await test.Second.AttestHonestlyAsync(request);
            reply.EventLog = Google.Protobuf.ByteString.CopyFromUtf8("""[{"imr": 3, "event": "app-id"}, {"imr": 0}]""");
            return reply;
        };

        AttestationReport report = await test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None).Within();

        Assert.Equal([0, 2], report.Entries.Select(entry => entry.EventLog.Length));
        Assert.Equal("app-id", report.Entries[1].EventLog[0].GetProperty("event").GetString());
        Assert.Empty(report.EventLog);
        Assert.Empty(report.Entries[1].Info);
        Assert.True(AttestationReportCheck.Check(report, Input()).Accepted);
    }

    [Fact]
    public async Task Readiness_CollateralRanOut_NamesIt()
    {
        string path = System.IO.Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, TestTee.CollateralOf(DateTimeOffset.UtcNow.AddDays(-31)).Write());
            await using TestSequencer test = await TestSequencer.StartAsync(
                change: options => options with { Attestation = options.Attestation with { Collateral = CollateralFile.Open(path) } });

            // The watch looks in the background.
            string state = "";
            for (int i = 0; i < 100 && !state.Contains("its quotes are refused", StringComparison.Ordinal); i++)
            {
                await Task.Delay(i);
                using HttpResponseMessage ready = await test.Http.GetAsync("/readyz").Within();
                state = $"{(int)ready.StatusCode} {await ready.Content.ReadAsStringAsync()}";
            }
            Assert.StartsWith("503", state, StringComparison.Ordinal);
            Assert.Contains("its quotes are refused", state, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Report_OneShardHangs_IsPartialAfterItsTime()
    {
        await using TestSequencer test = await StartAsync(TestSequencer.QuickTimes with { AttestationTimeout = TimeSpan.FromMilliseconds(300) });
        test.First.Attest = async (_, end) =>
        {
            await Task.Delay(Timeout.Infinite, end);
            return new GetAttestationReply();
        };

        AttestationReport report = await test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None).Within();

        AttestationGap gap = Assert.Single(report.Details.Missing);
        Assert.Equal(7u, gap.SlotId);
        Assert.Contains("DeadlineExceeded", gap.Cause, StringComparison.Ordinal);
        Assert.Equal(TestWorld.ShardKeys[1].Address.ToString(), report.SigningAddress);
    }

    [Fact]
    public async Task Report_NoShardAnswers_IsUnavailable()
    {
        await using TestSequencer test = await StartAsync();
        foreach (ScriptedShard shard in new[] { test.First, test.Second })
            shard.Attest = (_, _) => throw new GrpcException(GrpcStatusCode.Unavailable, "planted: the quote source is away");

        JobApiException refused = await BoundedWait.RefusedAsync(
            "shard_unavailable", () => test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None));

        Assert.Contains("slot 9: Unavailable: planted", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_ManyAskWithOneNonce_ChallengesEachShardOnce()
    {
        await using TestSequencer test = await StartAsync();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        test.First.Attest = async (request, _) =>
        {
            await gate.Task;
            return await test.First.AttestHonestlyAsync(request);
        };

        Task<AttestationReport>[] calls = [.. Enumerable.Range(0, 10).Select(_ => test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None))];
        await BoundedWait.UntilAsync(() => !test.First.Challenges.IsEmpty);
        gate.SetResult();
        await Task.WhenAll(calls).Within();

        Assert.Equal((1, 1), (test.First.Challenges.Count, test.Second.Challenges.Count));
        Assert.True(Assert.Single(test.First.Challenges).Legacy);
    }

    [Fact]
    public async Task Report_MoreNoncesThanTheRate_AreOverloaded()
    {
        await using TestSequencer test = await StartAsync(change: options => options with
        {
            Attestation = options.Attestation with { Limits = new SharedWorkLimits { Burst = 1, PerSecond = 0.001 } },
        });
        await test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None).Within();

        using HttpResponseMessage refused = await test.Http.GetAsync(Path).Within();
        JsonElement error = (await refused.Content.ReadFromJsonAsync<JsonElement>().Within()).GetProperty("error");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "overloaded"), (refused.StatusCode, Text(error, "code")));
        Assert.NotNull(refused.Headers.RetryAfter);
        await test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None).Within();
    }

    [Fact]
    public async Task Report_NoCollateralConfigured_CarriesNone()
    {
        await using TestSequencer test = await StartAsync(change: options => options with { Attestation = new AttestationOptions() });

        AttestationReport report = await test.Client.GetAttestationAsync(TestWorld.ModelId, s_nonce, CancellationToken.None).Within();

        Assert.All(report.Entries, entry => Assert.Null(entry.Details.Collateral));
        Assert.All(AttestationReportCheck.Check(report, Input()).Slots, slot => Assert.Equal(AttestationStage.Collateral, slot.Stage));
    }

    [Fact]
    public async Task Collateral_KeptByHash_IsServedAsItWas()
    {
        await using TestSequencer test = await StartAsync();
        Bytes32 hash = test.Host.Services.GetRequiredService<CollateralStore>().Keep(TestTee.Collateral);

        byte[] container = await test.Http.GetByteArrayAsync($"/v1/attestation/collateral/{hash}").Within();
        JsonElement? viaClient = await test.Client.GetCollateralAsync(hash, CancellationToken.None).Within();
        JsonElement? inProcess = await test.Host.Services.GetRequiredService<IJobClient>().GetCollateralAsync(hash, CancellationToken.None).Within();

        Assert.Equal(TestTee.Collateral.Write(), container);
        Assert.Equal(hash, Keccak256.Hash(container));
        Assert.Equal(viaClient!.Value.GetRawText(), inProcess!.Value.GetRawText());
        Assert.Null(await test.Client.GetCollateralAsync(Bytes32.Zero, CancellationToken.None).Within());
        await BoundedWait.RefusedAsync("invalid_request", async () =>
        {
            using HttpResponseMessage response = await test.Http.GetAsync("/v1/attestation/collateral/12");
            ApiErrorBody? body = await response.Content.ReadFromJsonAsync<ApiErrorBody>(JobApiJson.Options);
            throw new JobApiException(response.StatusCode, body!.Error.Code, body.Error.Message);
        });
    }

    private static AttestationCheckInput Input() => new()
    {
        Nonce = s_nonce,
        Domain = TestWorld.Domain,
        ModelId = TestWorld.ModelId,
        Root = TestTee.Root,
        Now = DateTimeOffset.UtcNow,
        Policy = new QuotePolicy { AllowSimulated = true },
    };

    private static Task<TestSequencer> StartAsync(JobTimes? times = null, Func<SequencerOptions, SequencerOptions>? change = null) => TestSequencer.StartAsync(
        times: times, change: options =>
        {
            SequencerOptions with = options with { Attestation = new AttestationOptions { Collateral = TestTee.Provider } };
            return change?.Invoke(with) ?? with;
        });

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
