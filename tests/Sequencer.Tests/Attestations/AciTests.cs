using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Gateway.Attestation;
using TeeTee.Hosting.Limits;
using TeeTee.Primitives;
using TeeTee.Rollup.Poea;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Attestations;

/// <summary>The ACI surface over real HTTP.</summary>
public sealed class AciTests
{
    private const string Nonce = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Fact]
    public async Task Attestation_WithAQuoteSource_BindsKeysetAndNonce()
    {
        await using TestSequencer test = await StartAsync();

        using HttpResponseMessage response = await test.Http.GetAsync($"/v1/aci/attestation?nonce={Nonce}").Within();
        JsonElement document = await response.Content.ReadFromJsonAsync<JsonElement>().Within();

        JsonElement attestation = document.GetProperty("attestation");
        string digest = Text(document, "workload_keyset_digest");
        Assert.Equal(("aci/1", "simulated"), (Text(document, "api_version"), Text(attestation, "tee_type")));
        // Written out here by hand, members sorted: what any verifier computes.
        JsonElement keys = attestation.GetProperty("workload_keyset");
        string address = TestWorld.Sequencer.Address.ToString();
        string publicKey = $"04{Convert.ToHexStringLower(TestWorld.Sequencer.PublicKey)}";
        string keyset = $$"""{"e2ee_public_keys":[],"not_after":{{keys.GetProperty("not_after").GetInt64()}},"receipt_signing_keys":[{"algo":"secp256k1","key_id":"{{address}}","public_key":"{{publicKey}}"}],"subject":null,"tls_public_keys":[]}""";
        Assert.Equal($"sha256:{Sha(keyset)}", digest);
        string report = Sha($$"""{"keyset_digest":"{{digest}}","nonce":"{{Nonce}}","purpose":"aci.report_data.v1"}""") + new string('0', 64);
        Assert.Equal(report, Text(attestation, "report_data"));
        QuoteVerdict verdict = Verify(Convert.FromHexString(Text(attestation.GetProperty("evidence"), "quote")), Convert.FromHexString(report));
        Assert.True(verdict.Accepted, $"{verdict.Error}");
        Assert.Equal(("aci/1", digest), (Header(response, "X-ACI-Version"), Header(response, "X-ACI-Keyset-Digest")));
        Assert.InRange(keys.GetProperty("not_after").GetInt64(), DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 86_400, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + (9 * 86_400));
    }

    [Fact]
    public async Task Attestation_OneNonceAgain_IsTheSameQuote()
    {
        await using TestSequencer test = await StartAsync();

        string first = await test.Http.GetStringAsync($"/v1/aci/attestation?nonce={Nonce}").Within();
        string second = await test.Http.GetStringAsync($"/v1/aci/attestation?nonce={Nonce}").Within();
        string other = await test.Http.GetStringAsync($"/v1/aci/attestation?nonce={new string('a', 64)}").Within();

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [InlineData("/v1/aci/attestation", 400, "invalid_request")]
    [InlineData("/v1/aci/attestation?nonce=12", 400, "invalid_request")]
    [InlineData("/v1/aci/attestation?nonce=00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff", 400, "invalid_request")]
    [InlineData("/v1/aci/sessions/12", 400, "invalid_request")]
    [InlineData("/v1/aci/sessions/" + Nonce, 404, "not_found")]
    [InlineData("/v1/aci/receipts/" + Nonce, 501, "not_implemented")]
    public async Task Get_WrongOrAbsent_SaysWhatIsWrong(string path, int status, string code)
    {
        await using TestSequencer test = await StartAsync();

        await AssertRefusedAsync(test, path, status, code);
    }

    [Fact]
    public async Task Attestation_NoQuoteSource_IsNotFoundAndNamesNoKeys()
    {
        await using TestSequencer test = await StartAsync(options => options with { Attestation = options.Attestation with { QuoteSource = null } });

        using HttpResponseMessage response = await test.Http.GetAsync($"/v1/aci/attestation?nonce={Nonce}").Within();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.False(response.Headers.Contains("X-ACI-Keyset-Digest"));
    }

    // A sequencer that posts nothing judges by the rules of its links.
    [Theory]
    [InlineData(true, true, 2)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public async Task Sessions_WithoutBatching_TakeRootAndPolicyOfTheLinks(bool ownRoot, bool ownImage, int sessions)
    {
        IReadOnlyDictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>> allowed =
            (ownImage ? TestTee.Measurements : SimulatedMeasurements.Of("another", "compose")).ToAllowList();
        await using TestSequencer test = await StartAsync(options => options with
        {
            Batching = null,
            AllowSimulatedTee = true,
            TrustedRoot = ownRoot ? TestTee.Root : TrustedRoot.Intel,
            QuotePolicy = new QuotePolicy { AllowedMeasurements = allowed },
        });

        JsonElement listed = await test.Http.GetFromJsonAsync<JsonElement>("/v1/aci/sessions").Within();

        Assert.Equal(sessions, listed.GetProperty("sessions").GetArrayLength());
    }

    [Theory]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/v1/aci/sessions", true)]
    [InlineData("/v1/info", false)]
    public async Task Headers_OfAnAttestedSequencer_AreWhereClientsLook(string path, bool expected)
    {
        await using TestSequencer test = await StartAsync();

        using HttpResponseMessage response = await test.Http.GetAsync(path).Within();

        Assert.Equal(expected, response.Headers.Contains("X-ACI-Version"));
    }

    [Fact]
    public async Task Sessions_OfVerifiedShards_NameThemselvesAndCanBeCheckedAgain()
    {
        await using TestSequencer test = await StartAsync();

        JsonElement list = await test.Http.GetFromJsonAsync<JsonElement>("/v1/aci/sessions").Within();
        JsonElement[] entries = [.. list.GetProperty("sessions").EnumerateArray()];

        Assert.Equal(["slot-7", "slot-9"], entries.Select(entry => Text(entry, "upstream_name")));
        foreach ((JsonElement entry, int i) in entries.Select((entry, i) => (entry, i)))
        {
            string id = Text(entry, "session_id");
            string json = await test.Http.GetStringAsync($"/v1/aci/sessions/{id}").Within();
            JsonNode document = JsonNode.Parse(json)!;
            Assert.Equal(id, Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Write(document))));
            CheckDocument(JsonSerializer.Deserialize<JsonElement>(json), i);
        }
    }

    [Fact]
    public async Task Sessions_AskedAgain_AreKeptUntilTheyRunOut()
    {
        await using TestSequencer test = await StartAsync();
        await test.Http.GetStringAsync("/v1/aci/sessions").Within();
        await test.Http.GetStringAsync("/v1/aci/sessions?upstream_name=slot-7&model=test-model").Within();
        Assert.Equal((1, 1), (test.First.Challenges.Count, test.Second.Challenges.Count));

        await using TestSequencer brief = await StartAsync(options => options with
        {
            Attestation = options.Attestation with { SessionAge = TimeSpan.Zero, Limits = new SharedWorkLimits { KeepFor = TimeSpan.Zero } },
        });
        await brief.Http.GetStringAsync("/v1/aci/sessions?upstream_name=slot-7").Within();
        await brief.Http.GetStringAsync("/v1/aci/sessions?upstream_name=slot-7").Within();
        Assert.Equal((2, 0), (brief.First.Challenges.Count, brief.Second.Challenges.Count));
        Assert.Equal(2, brief.First.Challenges.Select(challenge => challenge.Nonce).Distinct().Count());
    }

    [Theory]
    [InlineData("upstream_name=slot-9", 1)]
    [InlineData("upstream_name=slot-8", 0)]
    [InlineData("model=test-model", 2)]
    [InlineData("model=another", 0)]
    public async Task Sessions_Filtered_AreOnlyThose(string query, int count)
    {
        await using TestSequencer test = await StartAsync();

        JsonElement list = await test.Http.GetFromJsonAsync<JsonElement>($"/v1/aci/sessions?{query}").Within();

        Assert.Equal(count, list.GetProperty("sessions").GetArrayLength());
    }

    // What cannot be verified has no session; the shard may still serve by its registration.
    public static TheoryData<string> Unverifiable => ["no collateral", "other root", "other measurements", "simulated not allowed", "no batching", "lying shard"];

    [Theory]
    [MemberData(nameof(Unverifiable))]
    public async Task Sessions_ShardCannotBeVerified_HasNone(string what)
    {
        using SimulatedPki other = SimulatedPki.Create(TimeProvider.System);
        await using TestSequencer test = await StartAsync(options => what switch
        {
            "no collateral" => options with { Attestation = options.Attestation with { Collateral = new RelayedCollateral([]) } },
            "other root" => options with { Batching = options.Batching! with { SimulatedRoot = other.Root } },
            "other measurements" => options with
            {
                Batching = options.Batching! with
                {
                    QuotePolicy = new QuotePolicy { AllowedMeasurements = SimulatedMeasurements.Of("other", "compose").ToAllowList() },
                },
            },
            "simulated not allowed" => options with { Batching = options.Batching! with { AllowSimulatedTee = false } },
            "no batching" => options with { Batching = null },
            _ => options,
        });
        if (what == "lying shard")
        {
            test.First.Attest = (_, _) => test.First.AttestHonestlyAsync(new GetAttestationRequest { Nonce = Bytes32.Zero.ToWire(), Legacy = true });
            test.Second.Attest = (request, _) => test.First.AttestHonestlyAsync(request);
        }

        JsonElement list = await test.Http.GetFromJsonAsync<JsonElement>("/v1/aci/sessions").Within();

        Assert.Equal(0, list.GetProperty("sessions").GetArrayLength());
        Assert.NotEmpty(test.First.Challenges);
    }

    [Fact]
    public void Claims_SimulatedQuote_AssertNoHardware()
    {
        JsonObject claims = AciClaims.Of(new QuoteVerdict { Error = null, Simulated = true, Status = TcbStatus.UpToDate }, new QuotePolicy());

        Assert.Equal("refuted", Status(claims, "tee_attested"));
        Assert.Equal("unknown", Status(claims, "tcb_up_to_date"));
        Assert.DoesNotContain("hardware_proven", claims.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Claims_HardwareQuote_SayWhatWasChecked()
    {
        QuotePolicy pinned = new() { AllowedMeasurements = TestTee.Measurements.ToAllowList() };
        JsonObject good = AciClaims.Of(new QuoteVerdict { Error = null, Status = TcbStatus.UpToDate }, pinned);
        JsonObject old = AciClaims.Of(new QuoteVerdict { Error = null, Status = TcbStatus.OutOfDate, Advisories = ["INTEL-SA-00001"] }, new QuotePolicy());

        Assert.Equal(("asserted", "asserted", "asserted"), (Status(good, "tee_attested"), Status(good, "tcb_up_to_date"), Status(good, "os_known_good")));
        Assert.Equal(("refuted", "unknown", "unknown"), (Status(old, "tcb_up_to_date"), Status(old, "os_known_good"), Status(old, "serving_software_known_good")));
        Assert.Contains("INTEL-SA-00001", old.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("unknown", Status(good, "model_weights_provenance"));
    }

    private static string? Status(JsonObject claims, string name) => claims[name]!["status"]!.GetValue<string>();

    private static void CheckDocument(JsonElement document, int index)
    {
        JsonElement identity = document.GetProperty("identity");
        Assert.Equal(TestWorld.ShardKeys[index].Address.ToString(), Text(identity, "signing_address"));
        Assert.Equal("refuted", Text(document.GetProperty("claims").GetProperty("tee_attested"), "status"));
        Assert.Equal(Sha(FakeChain.EncryptionKey.ToArray()), Text(document.GetProperty("channel_binding")[0], "public_key_sha256"));
        long lasts = document.GetProperty("expires_at").GetInt64() - document.GetProperty("established_at").GetInt64();
        Assert.Equal(300, lasts);
        string data = Text(document.GetProperty("evidence"), "data");
        byte[] evidence = Convert.FromBase64String(data[(data.IndexOf(',', StringComparison.Ordinal) + 1)..]);
        Assert.Equal($"sha256:{Sha(evidence)}", Text(document.GetProperty("evidence"), "digest"));
        JsonElement parts = JsonSerializer.Deserialize<JsonElement>(evidence);
        byte[] report = ReportData.ForAttestation(
            TestWorld.Domain, TestWorld.ModelId, TestWorld.Slots[index].SlotId, TestWorld.Slots[index].Operator, Bytes32.Parse(Text(parts, "nonce")),
            TestWorld.ShardKeys[index].Address, FakeChain.EncryptionKey);
        Assert.True(Verify(Convert.FromHexString(Text(parts, "quote")), report).Accepted);
        Assert.True(QuoteCollateral.TryParse(Encoding.UTF8.GetBytes(parts.GetProperty("collateral").GetRawText()), out _, out string cause), cause);
    }

    private static QuoteVerdict Verify(byte[] quote, byte[] reportData) => QuoteVerifier.Verify(quote, new QuoteVerificationInput
    {
        Now = DateTimeOffset.UtcNow,
        Root = TestTee.Root,
        Collateral = TestTee.Collateral,
        ExpectedReportData = reportData,
        Policy = new QuotePolicy { AllowSimulated = true },
    });

    private static async Task AssertRefusedAsync(TestSequencer test, string path, int status, string code)
    {
        using HttpResponseMessage response = await test.Http.GetAsync(path).Within();
        JsonElement error = (await response.Content.ReadFromJsonAsync<JsonElement>().Within()).GetProperty("error");
        Assert.Equal((status, code), ((int)response.StatusCode, Text(error, "code")));
        Assert.NotEmpty(Text(error, "type"));
    }

    private static Task<TestSequencer> StartAsync(Func<SequencerOptions, SequencerOptions>? change = null) => TestSequencer.StartAsync(change: options =>
    {
        SequencerOptions with = options with
        {
            Attestation = new AttestationOptions { Collateral = TestTee.Provider, QuoteSource = TestTee.Source },
            Batching = new BatchingOptions
            {
                Key = options.Key,
                ChainEndpoint = options.ChainEndpoint,
                // Nobody listens there, and the start asks again some times.
                ChainCalls = new JsonRpcOptions { FirstBackoff = TimeSpan.FromMilliseconds(1) },
                Deployment = options.Deployment,
                AllowSimulatedTee = true,
                SimulatedRoot = TestTee.Root,
                Collateral = TestTee.Provider,
            },
        };
        return change?.Invoke(with) ?? with;
    });

    private static string Sha(string text) => Sha(Encoding.UTF8.GetBytes(text));

    private static string Sha(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
