using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee challenge</c>: doubts a quote of a batch on chain, against a bond, and settles the challenge.</summary>
internal sealed class ChallengeCommand
{
    private readonly Option<ulong> _batch;
    private readonly Option<uint> _quote;
    private readonly Option<ulong> _challenge;
    private readonly Option<string> _chainUrl;
    private readonly Option<string> _deployment;
    private readonly Option<string> _key;
    private readonly Option<string?> _password;

    private ChallengeCommand(Settings settings)
    {
        _batch = settings.Required<ulong>("--batch", "Index of an open batch.");
        _quote = settings.Required<uint>("--quote", "Which of its quotes, counted from 0, as in the batch data.");
        _challenge = settings.Required<ulong>("--challenge", "Id of the challenge, as opening it printed.");
        _chainUrl = settings.Option("--chain-url", "JSON-RPC address of the chain.", "http://127.0.0.1:8552");
        _deployment = settings.Required<string>("--deployment", "deployment.json: the chain and contracts.");
        _key = settings.Required<string>("--key-file", "Key file of the account that pays gas and bond and gets the bounty.");
        _password = settings.Optional<string>("--password-file", "Password of an encrypted key.");
    }

    public static Command Create(CommandFactory factory)
    {
        ChallengeCommand command = new(factory.Settings);
        Symbol[] common = [command._chainUrl, command._deployment, command._key, command._password];
        Command quote = factory.Create("quote",
            "Challenge a quote: its poster must show it and have it judged in time, or is slashed. The bond is lost if the quote is good.",
            [command._batch, command._quote, .. common],
            (parsed, console, cancellationToken) => ClientFailures.GuardAsync(() => command.OpenAsync(parsed, console, cancellationToken)));
        Command settle = factory.Create("settle",
            "Convict the poster of a challenge whose deadline has passed, and withdraw bond and bounty.",
            [command._challenge, .. common],
            (parsed, console, cancellationToken) => ClientFailures.GuardAsync(() => command.SettleAsync(parsed, console, cancellationToken)));
        Command challenge = new("challenge", "Challenge what a sequencer posted.");
        challenge.Subcommands.Add(quote);
        challenge.Subcommands.Add(settle);
        return challenge;
    }

    private async Task<ExitCode> OpenAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        using QuoteChallenger challenger = await ConnectAsync(parsed, cancellationToken).ConfigureAwait(false);
        return Report(console, await challenger.ChallengeAsync(parsed.GetValue(_batch), parsed.GetValue(_quote), cancellationToken).ConfigureAwait(false));
    }

    private async Task<ExitCode> SettleAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        using QuoteChallenger challenger = await ConnectAsync(parsed, cancellationToken).ConfigureAwait(false);
        return Report(console, await challenger.SettleAsync(parsed.GetValue(_challenge), cancellationToken).ConfigureAwait(false));
    }

    private async Task<QuoteChallenger> ConnectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Deployment deployment = await SettingFiles.LoadDeploymentAsync(parsed.GetValue(_deployment)!, cancellationToken).ConfigureAwait(false);
        if (!Uri.TryCreate(parsed.GetValue(_chainUrl), UriKind.Absolute, out Uri? address))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--chain-url: '{parsed.GetValue(_chainUrl)}' is no address.");
        return new QuoteChallenger(address, deployment, SettingFiles.LoadKey(parsed.GetValue(_key)!, parsed.GetValue(_password)));
    }

    private static ExitCode Report(CommandConsole console, QuoteChallenge challenge)
    {
        string state = challenge.State.ToString().ToLowerInvariant();
        console.Result(
            new
            {
                challengeId = challenge.Id,
                state,
                batchIndex = challenge.BatchIndex,
                batchHash = challenge.BatchHash.ToString(),
                quoteIndex = challenge.QuoteIndex,
                poster = challenge.Poster.ToString(),
                challenger = challenge.Challenger.ToString(),
                deadline = challenge.Deadline,
            },
            $"challenge {challenge.Id} of quote {challenge.QuoteIndex} of batch {challenge.BatchIndex} is {state}; "
            + $"{challenge.Poster} may answer before {DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(challenge.Deadline, 253_402_300_799)):u}");
        return ExitCode.Success;
    }
}
