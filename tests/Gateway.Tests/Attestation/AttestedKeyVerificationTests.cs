using System.Runtime.CompilerServices;
using System.Text.Json;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Tests.Attestation;

public sealed class AttestedKeyVerificationTests : IDisposable
{
    private readonly AttestationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task FirstFaultAsync_HonestPipeline_IsBelievedForAMinuteAndThenAskedAnew()
    {
        Relay relay = new(_fixture.ReportAsync);
        Clock clock = new();
        AttestedKeyVerification verification = new(relay, Trust(), clock);

        Assert.Null(await verification.FirstFaultAsync(Node(), Model(), CancellationToken.None));
        Assert.Null(await verification.FirstFaultAsync(Node(), Model(), CancellationToken.None));
        Assert.Single(relay.Nonces);
        clock.Elapsed = TimeSpan.FromMinutes(2);
        Assert.Null(await verification.FirstFaultAsync(Node(), Model(), CancellationToken.None));

        Assert.Equal(2, relay.Nonces.Distinct().Count());
    }

    [Fact]
    public async Task FirstFaultAsync_QuotesRunOutWithinTheMinute_AreAskedForAnew()
    {
        Relay relay = new(_fixture.ReportAsync);
        Clock clock = new();
        AttestedKeyVerification verification = new(relay, Trust(), clock);
        Assert.Null(await verification.FirstFaultAsync(Node(), Model(), CancellationToken.None));
        DateTimeOffset end = AttestationReportCheck.Check(await _fixture.ReportAsync(), _fixture.Input).Slots.Min(slot => slot.Attested!.Expires);

        clock.Ahead = end - DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1);

        Assert.Contains("is not attested", await verification.FirstFaultAsync(Node(), Model(), CancellationToken.None), StringComparison.Ordinal);
        Assert.Equal(2, relay.Nonces.Count);
    }

    [Fact]
    public async Task FirstFaultAsync_OtherKeysThanThosePassed_AreAskedAtOnce()
    {
        Relay relay = new(_fixture.ReportAsync);
        AttestedKeyVerification verification = Verification(relay);
        Assert.Null(await verification.FirstFaultAsync(Node(), Model(), CancellationToken.None));

        Assert.NotNull(await verification.FirstFaultAsync(Node(), Model() with { EncryptionKey = Bytes32.Zero }, CancellationToken.None));
        Assert.NotNull(await verification.FirstFaultAsync(Node(), Model() with { Slots = Model().Slots.RemoveAt(2) }, CancellationToken.None));
        Assert.Null(await verification.FirstFaultAsync(Node(), Model(), CancellationToken.None));

        Assert.Equal(4, relay.Nonces.Distinct().Count());
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "own encryption key", "attested encryption key" },
        { "own signing key", "not those of the pipeline" },
        { "hidden slot", "not those of the pipeline" },
        { "replay", "answers nonce" },
        { "unattested last slot", "slot 5 is not attested: ReportData" },
        { "gap", "needed is 2" },
        { "another contract", "ReportData" },
        { "Intel's root", "is not attested" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task FirstFaultAsync_SequencerOrShardLies_SaysWhy(string what, string expected)
    {
        Relay relay = new(what switch
        {
            "replay" => _ => _fixture.ReportAsync(Bytes32.Zero),
            "unattested last slot" => async nonce =>
            {
                AttestationReport report = await _fixture.ReportAsync(nonce);
                return report with { Entries = report.Entries.SetItem(2, report.Entries[2] with { Details = report.Entries[2].Details with { SigningKey = Address.Zero } }) };
            },
            "gap" => async nonce =>
            {
                AttestationReport report = await _fixture.ReportAsync(nonce);
                return report with { Entries = report.Entries.RemoveAt(1) };
            },
            "hidden slot" => async nonce =>
            {
                AttestationReport report = await _fixture.ReportAsync(nonce);
                return report with { Entries = report.Entries.RemoveAt(2) };
            },
            _ => _fixture.ReportAsync,
        });
        ModelInfo model = what switch
        {
            "own encryption key" => Model() with { EncryptionKey = Keccak256.Hash("the sequencer's own"u8) },
            "own signing key" => Model() with { Slots = Model().Slots.SetItem(0, Model().Slots[0] with { SigningKey = Address.Zero }) },
            _ => Model(),
        };
        AttestationTrust trust = what switch
        {
            "another contract" => Trust() with { Domain = new RollupDomain(1, Address.Zero) },
            "Intel's root" => Trust() with { Root = TrustedRoot.Intel, Policy = new QuotePolicy() },
            _ => Trust(),
        };

        string? fault = await Verification(relay, trust).FirstFaultAsync(Node(), model, CancellationToken.None);

        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    private AttestationTrust Trust() => new(_fixture.Root, new QuotePolicy { AllowSimulated = true }, Domain: AttestationFixture.Domain);

    private AttestedKeyVerification Verification(Relay relay, AttestationTrust? trust = null) => new(relay, trust ?? Trust(), TimeProvider.System);

    private static NodeInfo Node() => Relay.Node;

    private ModelInfo Model() => _fixture.Model;

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}
