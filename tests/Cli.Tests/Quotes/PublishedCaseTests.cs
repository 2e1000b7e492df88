using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.Quotes;

/// <summary>Every published verdict case through the command line.</summary>
public sealed class PublishedCaseTests : IDisposable
{
    private readonly string _quote = Path.GetTempFileName();

    public void Dispose() => File.Delete(_quote);

    [SharedFact(PublishedCase.File)]
    public async Task Verify_PublishedCases_GiveVerdictStageStatusAndAdvisories()
    {
        IReadOnlyList<PublishedCase> cases = PublishedCase.Load();
        foreach (PublishedCase published in cases)
            AssertAgrees(published.Id, published.Expect, await VerifyAsync(published, "--accept-status", "any"));
        Assert.Equal(94, cases.Count);
    }

    [SharedFact(PublishedCase.File)]
    public async Task Verify_PublishedCasesStrict_GiveTheVerdictOfTheStrictRule()
    {
        foreach (PublishedCase published in PublishedCase.Load().Where(published => published.ExpectStrict is not null))
            AssertAgrees(published.Id, published.ExpectStrict!, await VerifyAsync(published, "--accept-status", "any", "--strict-components"));
    }

    [SharedFact(PublishedCase.File)]
    public async Task Verify_OutOfDateByDefault_IsRefusedWithItsStatus()
    {
        PublishedCase published = PublishedCase.Load().Single(published => published.Id == "auto-v4-outofdate");

        CommandRun refused = await VerifyAsync(published);
        CommandRun listed = await VerifyAsync(published, "--accept-status", "UpToDate,OutOfDate");

        Assert.Equal((ExitCode.VerificationFailed, "TcbLevel"), (refused.ExitCode, refused.Json.GetProperty("stage").GetString()));
        Assert.Equal("OutOfDate", refused.Json.GetProperty("status").GetString());
        Assert.Equal(ExitCode.Success, listed.ExitCode);
    }

    private static void AssertAgrees(string id, PublishedVerdict expected, CommandRun run)
    {
        JsonElement json = run.Json;
        Assert.Equal((id, expected.Accept ? ExitCode.Success : ExitCode.VerificationFailed), (id, run.ExitCode));
        Assert.Equal((id, expected.Accept ? "accept" : "reject"), (id, json.GetProperty("verdict").GetString()));
        if (!expected.Accept)
        {
            Assert.Equal((id, PublishedCase.StageOf(expected.Reason)), (id, json.GetProperty("stage").GetString()));
            Assert.NotEmpty(json.GetProperty("error").GetString()!);
            return;
        }
        Assert.Equal((id, expected.Status), (id, json.GetProperty("status").GetString()));
        Assert.Equal((id, expected.Fmspc), (id, json.GetProperty("fmspc").GetString()));
        Assert.Equal((id, expected.TcbDate), (id, json.GetProperty("tcbDate").GetString()));
        Assert.Equal(
            expected.Advisories.Order(StringComparer.Ordinal), json.GetProperty("advisories").EnumerateArray().Select(advisory => advisory.GetString()!));
    }

    private async Task<CommandRun> VerifyAsync(PublishedCase published, params string[] options)
    {
        await File.WriteAllBytesAsync(_quote, published.Quote);
        string[] sgx = published.TdxOnly ? [] : ["--sgx"];
        return await CommandRun.RunAsync(
            ["quote", "verify", _quote, "--collateral", published.CollateralPath, "--at", published.At, .. sgx, .. options, "--json"]);
    }
}
