using System.Diagnostics;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using Xunit.Abstractions;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>
/// Given the same policy data, the C# verifier (strict components, only UpToDate) and TdxQuoteVerifier on a real node say the same of a
/// generated corpus of quotes, good and bad, and differ only where contracts/README.md says so, and only in that direction.
/// </summary>
public sealed class QuoteAgreementTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 20_261_129;
    private const int Count = 3_000;

    private static readonly TransactionSenderOptions s_fast = new() { ReceiptPoll = TimeSpan.FromMilliseconds(10) };

    // What no quote can reach: the constructor's, the caller's time and gas, the coding of the evidence, and what would be a fault in the contract.
    private static readonly string[] s_unreachable =
    [
        "TdxQuoteVerifier_BadRegistry", "TdxQuoteVerifier_BadRootKey", "TdxQuoteVerifier_DelayTooShort", "TdxQuoteVerifier_ProductionChain",
        "TdxQuoteVerifier_FutureTime", "P256_CallFailed", "P256_NotEnoughGas", "P256Fallback_InversionFailed", "Slices_HashFailed",
        "Slices_OutOfBounds", "Evidence_BadLength", "Evidence_BadOffset", "Evidence_TrailingData",
    ];

    // contracts/README.md, "Known differences": refused on the chain only, then in C# only.
    private static readonly string[] s_refusedOnTheChainOnly =
    [
        "quoting enclave at a level that convergence ignores", "current versions below the policy, at some level",
        "current module below the policy, at some level", "module version from 32 on",
        "negative serial number", "serial number longer than 32 bytes", "more than 16 extensions", "more than 32,768 bytes of evidence",
        "registers of two listed images mixed", "identifier of more than 31 bytes", "accepted level below a refused one",
        "level that does not reach the last accepted one", "date before 1970",
    ];

    private static readonly string[] s_refusedInCSharpOnly =
    [
        "chain inside the quote damaged", "chain inside the quote cut off", "another chain inside the quote",
        "another root inside the quote", "damaged root inside the quote", "CA that names another issuer", "malformed identifier",
        "control character in a name", "more than 32 SGX members", "more than 32 attributes of a name", "certificate of more than 8 KiB",
    ];

    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(100));
    private readonly AgreementPki _pki = new(DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));

    public void Dispose()
    {
        _pki.Dispose();
        _bound.Dispose();
    }

    [Fact]
    public async Task Verify_GeneratedCorpus_AgreesWithTheContract()
    {
        long started = Stopwatch.GetTimestamp();
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        using JsonRpcClient rpc = new(anvil.Endpoint);
        EthereumClient client = new(rpc);
        using TransactionSender sender = new(client, PrivateKey.Parse(AnvilProcess.Keys[0]), AnvilProcess.ChainId, s_fast);
        AgreementChain chain = new(client, sender);
        await chain.DeployAsync(_pki.Worlds.Values, TestParameters.Ordinary, _pki.Now.AddDays(60), _bound.Token);
        output.WriteLine($"deployed after {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");

        QuoteCorpus corpus = new(_pki, Seed);
        AgreementCase[] cases = [.. corpus.Generate(Count)];
        output.WriteLine($"generated after {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        QuoteError?[] here = [.. cases.Select(item => Judge(item, strict: true))];
        output.WriteLine($"judged in C# after {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        IReadOnlyList<ContractError?> there = await chain.JudgeAsync(cases, _bound.Token);
        output.WriteLine(
            $"{cases.Length} quotes (seed {Seed}): C# accepts {here.Count(error => error is null)} and refuses {here.Count(error => error is not null)}, "
            + $"the chain accepts {there.Count(error => error is null)} and refuses {there.Count(error => error is not null)}; "
            + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");

        string[] surprises = FindSurprises(cases, here, there);
        foreach (string surprise in surprises)
            output.WriteLine(surprise);
        Assert.Empty(surprises);
        AssertShares(cases, here, there);
        AssertCoverage(here, there);
        AssertNamedDifferences(corpus);

        // The detector detects: by Intel's rule, which compares fewer components, some of these quotes pass here and not there.
        AgreementCase[] planted = [.. cases.Where(item => item.Name == BodyMutations.OnlyStrict)];
        Assert.NotEmpty(planted);
        string[] found = FindSurprises(
            planted, [.. planted.Select(item => Judge(item, strict: false))], await chain.JudgeAsync(planted, _bound.Token));
        Assert.Equal(planted.Length, found.Length);
        Assert.Contains($"quote {planted[0].Index} of seed {Seed}", found[0], StringComparison.Ordinal);
    }

    private QuoteError? Judge(AgreementCase item, bool strict) => QuoteVerifier.Verify(item.Quote, new QuoteVerificationInput
    {
        Now = item.Time,
        Root = TrustedRoot.FromCertificate(_pki.RootCa.RawData),
        Collateral = item.Collateral,
        ExpectedReportData = item.ReportData,
        Policy = item.World.PolicyAt(item.Time) with { StrictComponents = strict },
    }).Error;

    /// <summary>Each quote of which the two do not say what they should, with what is needed to make it again.</summary>
    private static string[] FindSurprises(AgreementCase[] cases, IReadOnlyList<QuoteError?> here, IReadOnlyList<ContractError?> there)
    {
        List<string> found = [];
        for (int i = 0; i < cases.Length; i++)
        {
            AgreementCase item = cases[i];
            Expectation actual = (here[i] is null, there[i] is null) switch
            {
                (true, true) => Expectation.Accepted,
                (false, false) => Expectation.Refused,
                (true, false) => Expectation.OnlyChainRefuses,
                (false, true) => Expectation.OnlyCSharpRefuses,
            };
            bool fits = item.Expected == Expectation.Agreed ? actual is Expectation.Accepted or Expectation.Refused : actual == item.Expected;
            if (!fits)
            {
                found.Add($"quote {item.Index} of seed {Seed}, \"{item.Name}\" in world \"{item.World.Name}\" at {item.Time:u}: {actual} instead of "
                    + $"{item.Expected}; C#: {here[i]?.ToString() ?? "accepted"}; chain: {there[i]?.ToString() ?? "accepted"}");
            }
        }
        return [.. found];
    }

    private void AssertShares(AgreementCase[] cases, IReadOnlyList<QuoteError?> here, IReadOnlyList<ContractError?> there)
    {
        int accepted = cases.Where((_, i) => here[i] is null && there[i] is null).Count();
        int refused = cases.Where((_, i) => here[i] is not null && there[i] is not null).Count();
        output.WriteLine($"both accept {accepted}, both refuse {refused}, {cases.Length - accepted - refused} differ as documented");
        Assert.InRange(accepted, 250, cases.Length);
        Assert.InRange(refused, 500, cases.Length);
        Assert.InRange(accepted + refused, 1_000, cases.Length);
        // Where it is open what both say, both answers occur.
        bool[] open = [.. cases.Select((item, i) => (item, i)).Where(pair => pair.item.Expected == Expectation.Agreed).Select(pair => here[pair.i] is null)];
        Assert.Contains(true, open);
        Assert.Contains(false, open);
    }

    private static void AssertCoverage(IEnumerable<QuoteError?> here, IEnumerable<ContractError?> there)
    {
        QuoteStage[] stages = [.. here.OfType<QuoteError>().Select(error => error.Stage).Distinct()];
        Assert.Empty(Enum.GetValues<QuoteStage>().Except(stages));
        IEnumerable<string> reachable = ContractArtifact.Load(ContractNames.TdxQuoteVerifier).Errors.Select(error => error.Name).Except(s_unreachable);
        Assert.Empty(reachable.Except(there.OfType<ContractError>().Select(error => error.Name)));
    }

    private static void AssertNamedDifferences(QuoteCorpus corpus)
    {
        string[] Names(Expectation expected) => [.. corpus.Mutations.Where(mutation => mutation.Expected == expected).Select(mutation => mutation.Name).Order()];

        Assert.Equal(s_refusedOnTheChainOnly.Order(), Names(Expectation.OnlyChainRefuses));
        Assert.Equal(s_refusedInCSharpOnly.Order(), Names(Expectation.OnlyCSharpRefuses));
    }
}
