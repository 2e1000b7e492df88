using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>Every reader of attestation that strangers can feed.</summary>
internal static class FuzzTargets
{
    /// <summary>The groups that <c>--target</c> knows besides <c>all</c>.</summary>
    public static IReadOnlyList<string> Groups { get; } = ["quote", "der", "json", "eventlog"];

    /// <summary>The readers of a group, or of all.</summary>
    public static IReadOnlyList<FuzzTarget> Of(string group)
    {
        FuzzTarget[] all = All(FuzzSamples.Load());
        return group == "all" ? all : [.. all.Where(target => target.Group == group)];
    }

    private static FuzzTarget[] All(FuzzSamples samples)
    {
        QuoteVerificationInput input = WithoutCollateral();
        byte[] extension = samples.Certificates
            .Select(der => Certificate.TryRead(der, out Certificate? certificate, out _) ? certificate.SgxExtension : null)
            .First(value => value is not null)!.Value.ToArray();
        byte[][] der = [[0x30, 0x80], [0x30, 0x82, 0xFF, 0xFF], [0x30, 0x00], [0x02, 0x01], [0x03, 0x02, 0x00], [0x17, 0x0D], [0x06, 0x03, 0x55, 0x1D], [0xA0, 0x03], [0xA3, 0x82], [0x01, 0x01, 0xFF], [0x84, 0xFF, 0xFF, 0xFF, 0xFF]];
        byte[][] json = [.. new[] { "{", "}", "[", "]", ",", ":", "\"", "\\u", "\\ud800", "null", "true", "1e999", "-0", "\"svn\":", "\"tcb\":{", "\"tcbLevels\":[", "\"id\":\"SGX\"", "[[[[[[[[", "/*", "\uFEFF" }.Select(Encoding.UTF8.GetBytes)];
        byte[][] quote = [[4, 0], [5, 0], [3, 0], [0x81, 0, 0, 0], [6, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0], "-----BEGIN CERTIFICATE-----"u8.ToArray(), "-----END CERTIFICATE-----"u8.ToArray()];
        return
        [
            new("quote", "quote", samples.Quotes, quote, bytes => QuoteVerifier.Verify(bytes.Span, input).Error!.Stage != QuoteStage.Parse),
            new("quote", "sgx quote", samples.Quotes, quote, bytes => QuoteVerifier.VerifySgx(bytes.Span, input).Error!.Stage != QuoteStage.Parse),
            new("quote", "platform of a quote", samples.Quotes, quote, bytes => TdxQuote.TryParse(bytes.Span, out TdxQuote? parsed, out _) && parsed.TryReadPlatform(out _, out _)),
            new("der", "certificate", samples.Certificates, der, bytes => Certificate.TryRead(bytes, out _, out _)),
            new("der", "revocation list", [samples.Collateral.PckCrl.ToArray(), samples.Collateral.RootCaCrl.ToArray()], der, bytes => RevocationList.TryRead(bytes, out _, out _)),
            new("der", "sgx extension", [extension], der, bytes => PckExtension.TryRead(bytes, out _, out _)),
            new("json", "tcb info", [samples.Collateral.TcbInfo.ToArray()], json, bytes => TcbInfo.TryRead(bytes, out _, out _)),
            new("json", "qe identity", [samples.Collateral.QeIdentity.ToArray()], json, bytes => QeIdentity.TryRead(bytes, out _, out _)),
            new("json", "container", [samples.Container], json, bytes => QuoteCollateral.TryParse(bytes, out _, out _)),
            new("eventlog", "dstack events", EventLogSamples.Json, EventLogSamples.Tokens, bytes => EventLog.TryRead(bytes, out EventLog? log, out _) && Replay(log)),
            new("eventlog", "firmware table", EventLogSamples.Ccel, EventLogSamples.BinaryTokens, bytes => EventLog.TryRead(bytes, out EventLog? log, out _) && Replay(log)),
            new("eventlog", "binary attestation", EventLogSamples.Attestation, EventLogSamples.BinaryTokens, bytes => EventLog.TryRead(bytes, out EventLog? log, out _) && Replay(log)),
            new("eventlog", "app compose", EventLogSamples.Compose, EventLogSamples.Tokens, bytes => AppCompose.TryRead(bytes, out _, out _)),
            new("json", "policy", [s_policy], json, bytes => QuotePolicy.TryParse(bytes, out _, out _)),
        ];
    }

    /// <summary>What is behind the reader: the replay, against a report that no log leads to.</summary>
    private static bool Replay(EventLog log) => EventLogVerifier.Verify(log, s_report).Registers.Count == 4;

    private static readonly TdReport s_report = new(QuoteBodyType.TdReport10, new byte[584]);

    private static readonly byte[] s_policy = """
        {"allowedTdAttributes":["0x0000000010000000"],"measurements":{"mrTd":[]},"composeHash":["1111111111111111111111111111111111111111111111111111111111111111"],
        "acceptedStatuses":["UpToDate"],"allowedAdvisories":["INTEL-SA-00001"],"minTcbEvaluationDataNumber":17,"strictComponents":true,"allowServiceTd":false}
        """u8.ToArray();

    /// <summary>Empty collateral refuses right behind the parser, so that the parser is what is tried.</summary>
    private static QuoteVerificationInput WithoutCollateral() => new()
    {
        Now = DateTimeOffset.UnixEpoch,
        Root = TrustedRoot.Intel,
        Collateral = new QuoteCollateral
        {
            PckCrlIssuerChain = default,
            RootCaCrl = default,
            PckCrl = default,
            TcbInfoIssuerChain = default,
            TcbInfo = default,
            TcbInfoSignature = default,
            QeIdentityIssuerChain = default,
            QeIdentity = default,
            QeIdentitySignature = default,
        },
    };
}
