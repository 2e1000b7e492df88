using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Rollup.Economics;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee economics</c>: what cheating costs and watching pays with given stakes, prices and sampling (docs/economics.md).</summary>
internal sealed class EconomicsCommand
{
    private static readonly double[] s_cheats = [1, 10, 100, 1_000, 10_000];
    private static readonly UInt128 s_ether = 1_000_000_000_000_000_000;
    private static readonly UInt128 s_usualGasPrice = 10_000_000;

    private readonly Option<string?> _stake;
    private readonly Option<string?> _bond;
    private readonly Option<string?> _penalty;
    private readonly Option<string?> _bounty;
    private readonly Option<string?> _compensation;
    private readonly Option<string> _fee;
    private readonly Option<string?> _share;
    private readonly Option<string?> _gain;
    private readonly Option<string?> _exposure;
    private readonly Option<double> _sampling;
    private readonly Option<double> _collusion;
    private readonly Option<string?> _gasPrice;
    private readonly Option<ulong> _challengerGas;
    private readonly Option<ulong> _defenderGas;
    private readonly Option<string> _reexecution;
    private readonly Option<string?> _chain;
    private readonly Option<string?> _deployment;

    private EconomicsCommand(Settings settings)
    {
        _stake = settings.Optional<string>("--stake", "Stake of a slot in wei; 1 ether if neither this nor a deployment is given.");
        _bond = settings.Optional<string>("--bond", "Bond of a dispute in wei; a fortieth of the stake.");
        _penalty = settings.Optional<string>("--penalty", "Least penalty in wei; half of the stake.");
        _bounty = settings.Optional<string>("--bounty", "Bounty in wei; a quarter of the penalty.");
        _compensation = settings.Optional<string>("--compensation", "What each moot dispute gets, in wei; a fortieth of the penalty.");
        _fee = settings.Option("--fee", "Fee of the dearest job in wei.", "100000000000000");
        _share = settings.Optional<string>("--share", "The host's share of it in wei; 45 % if not given.");
        _gain = settings.Optional<string>("--gain", "What a host saves by making a job up, in wei; all of its share if not given, since honest work costs less than it pays.");
        _exposure = settings.Optional<string>("--exposure", "Whole fees of a slot's unfinalised jobs in wei; what an eighth of the stake allows if not given.");
        _sampling = settings.Option("--sampling", "Chance that a job is run again by somebody who disputes: q.", 0.01);
        _collusion = settings.Option("--collusion", "Chance that this somebody keeps silent for the host: r.", 0.1);
        _gasPrice = settings.Optional<string>("--gas-price", "Wei per gas, data included; 0.01 gwei, or that of --chain.");
        _challengerGas = settings.Option("--challenger-gas", "Gas of open, select and prove; three full transactions.", MoveCosts.MostChallengerGas);
        _defenderGas = settings.Option("--defender-gas", "Gas of reveal and answer; two full transactions.", MoveCosts.MostDefenderGas);
        _reexecution = settings.Option("--reexecution", "Cost of running a job again, in wei.", "10000000000000");
        _chain = settings.Optional<string>("--chain", "JSON-RPC endpoint: stake, terms and gas price are read there, with --deployment.");
        _deployment = settings.Optional<string>("--deployment", "The deployment file that belongs to --chain.");
    }

    public static Command Create(CommandFactory factory)
    {
        EconomicsCommand command = new(factory.Settings);
        return factory.Create("economics", "Compute detection, stakes and sampling, and whether honesty pays. Exit code 7: a rule does not hold.",
            [
                command._stake, command._bond, command._penalty, command._bounty, command._compensation, command._fee, command._share, command._gain, command._exposure,
                command._sampling, command._collusion, command._gasPrice, command._challengerGas, command._defenderGas, command._reexecution, command._chain, command._deployment,
            ],
            command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        (DisputeMoney? money, UInt128? gasPrice) = await ReadAsync(parsed, cancellationToken).ConfigureAwait(false);
        EconomicParameters parameters = Parameters(parsed, money, gasPrice);
        EconomicVerdict verdict = EconomicCheck.Judge(parameters);
        (DisputeMoney dispute, JobMoney job, Watching watching, MoveCosts costs) = (parameters.Dispute, parameters.Job!, parameters.Watching!, parameters.Costs!);
        UInt128 taken = dispute.Taken(job.Fee);
        double leastRate = Deterrence.LeastSamplingRate(job, taken, watching.CollusionRate);
        var detection = s_cheats.Select(k => new { cheats = k, probability = Deterrence.DetectionProbability(watching.Conviction, k) }).ToArray();
        console.Result(
            new
            {
                holds = verdict.Holds,
                stake = Text(dispute.Stake),
                bond = Text(dispute.Bond),
                penalty = Text(dispute.Penalty),
                bounty = Text(dispute.Bounty),
                compensation = Text(dispute.Compensation),
                fee = Text(job.Fee),
                share = Text(job.Share),
                gain = Text(job.Gain),
                taken = Text(taken),
                samplingRate = watching.SamplingRate,
                collusionRate = watching.CollusionRate,
                gasPrice = Text(costs.GasPrice),
                challengerCost = Text(costs.Challenger + costs.Reexecution),
                defenderCost = Text(costs.Defender),
                detection,
                cheatsUntil99Percent = Deterrence.CheatsUntil(watching.Conviction, 0.99),
                leastSamplingRate = leastRate,
                leastTaken = Deterrence.LeastTaken(job, watching),
                exposure = parameters.Exposure is { } given ? (double)given : EconomicCheck.ExposureOf(dispute, job),
                mostJobsInFlight = Text(Deterrence.MostInFlight(dispute.Stake, job.Share)),
                rules = verdict.Findings.Select(f => new { rule = f.Rule, statement = f.Statement, value = f.Value, bound = f.Bound, holds = f.Holds, lossIsCertain = f.LossIsCertain }),
            },
            string.Create(CultureInfo.InvariantCulture, $"""
                A conviction takes {taken} wei of a stake of {dispute.Stake} wei. A job of {job.Fee} wei gives the host {job.Share} wei; making it up saves {job.Gain} wei.
                Sampling {watching.SamplingRate:P4}, of which {watching.CollusionRate:P2} keeps silent. Honesty pays above {leastRate:P6}.
                Caught within K wrong jobs: {string.Join(", ", detection.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.cheats:N0}: {d.probability:P4}")))}
                {string.Join(Environment.NewLine, verdict.Findings.Select(f => (f.Holds ? "ok    " : f.LossIsCertain ? "LOSES " : "broken") + " " + f))}
                """));
        return verdict.Holds ? ExitCode.Success : ExitCode.VerificationFailed;
    }

    private async Task<(DisputeMoney? Money, UInt128? GasPrice)> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_chain) is not { } url)
            return (null, null);
        if (parsed.GetValue(_deployment) is not { } file)
            throw new FailureException(ExitCode.Usage, "bad_setting", "--chain needs --deployment.");
        Deployment deployment = await SettingFiles.LoadDeploymentAsync(file, cancellationToken).ConfigureAwait(false);
        using JsonRpcClient rpc = new(ServiceSettings.Endpoint("--chain", url));
        EthereumClient client = new(rpc);
        try
        {
            DisputeMoney money = await DeploymentMoney.ReadAsync(client, deployment.Rollup, Wei(parsed, _stake), cancellationToken).ConfigureAwait(false)
                ?? throw new FailureException(ExitCode.Configuration, "no_disputes", $"{deployment.Rollup} has no disputes about computations.");
            MoveCosts costs = await DeploymentMoney.ReadCostsAsync(client, cancellationToken).ConfigureAwait(false);
            return (money, costs.GasPrice);
        }
        catch (RpcTransportException fault)
        {
            throw new FailureException(ExitCode.Unreachable, "chain_unreachable", fault.Message, fault);
        }
    }

    private EconomicParameters Parameters(ParseResult parsed, DisputeMoney? read, UInt128? gasPrice)
    {
        UInt128 stake = Wei(parsed, _stake) ?? read?.Stake ?? s_ether;
        UInt128 penalty = Wei(parsed, _penalty) ?? read?.Penalty ?? stake / 2;
        UInt128 fee = Parse(_fee.Name, parsed.GetValue(_fee))!.Value;
        UInt128 share = Wei(parsed, _share) ?? fee * 45 / 100;
        double sampling = Chance("--sampling", parsed.GetValue(_sampling));
        double collusion = Chance("--collusion", parsed.GetValue(_collusion));
        return new EconomicParameters
        {
            Dispute = new DisputeMoney(
                stake, Wei(parsed, _bond) ?? read?.Bond ?? stake / 40, penalty, Wei(parsed, _bounty) ?? read?.Bounty ?? penalty / 4,
                Wei(parsed, _compensation) ?? read?.Compensation ?? penalty / 40),
            Job = new JobMoney(fee, share, Wei(parsed, _gain) ?? share),
            Watching = new Watching(sampling, collusion),
            Costs = new MoveCosts(
                Wei(parsed, _gasPrice) ?? gasPrice ?? s_usualGasPrice, parsed.GetValue(_challengerGas), parsed.GetValue(_defenderGas), Parse(_reexecution.Name, parsed.GetValue(_reexecution))!.Value),
            Exposure = Wei(parsed, _exposure),
        };
    }

    // 96 bits are 79 billion ether; sums and products of a few such amounts fit.
    private static UInt128? Wei(ParseResult parsed, Option<string?> option) => Parse(option.Name, parsed.GetValue(option));

    private static UInt128? Parse(string name, string? text)
    {
        if (text is null)
            return null;
        return UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 wei) && wei >> 96 == 0
            ? wei
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"{name} is '{text}'; an amount in wei is a whole number below 2^96.");
    }

    private static double Chance(string name, double value) => value is >= 0 and <= 1
        ? value
        : throw new FailureException(ExitCode.Usage, "bad_setting", string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; a chance is between 0 and 1."));

    private static string Text(UInt128 wei) => wei.ToString(CultureInfo.InvariantCulture);
}
