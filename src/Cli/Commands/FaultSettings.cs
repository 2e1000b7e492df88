using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Faults;
using TeeTee.Numerics.Operators;

namespace TeeTee.Cli.Commands;

/// <summary>The option that makes a service of a development network cheat.</summary>
internal sealed class FaultSettings
{
    private readonly Option<string?> _fault;
    private readonly FaultInfo[] _allowed;

    /// <param name="settings">Where the option's value may come from.</param>
    /// <param name="allowed">The faults of this service.</param>
    public FaultSettings(Settings settings, Func<FaultInfo, bool> allowed)
    {
        _allowed = [.. FaultCatalog.All.Where(allowed)];
        _fault = settings.Optional<string>("--fault",
            $"Development networks only (needs --insecure-dev): cheat, as NAME[,position=P][,layer=L][,operator=O][,seed=S] with one of\n{FaultCatalog.Describe(_allowed)}");
    }

    /// <summary>For the command.</summary>
    public Symbol Symbol => _fault;

    /// <summary>What the service is to do wrong; null if nothing was asked for.</summary>
    /// <exception cref="FailureException"><c>bad_setting</c>, or <c>fault_refused</c> without <c>--insecure-dev</c>.</exception>
    public FaultSwitch? Read(ParseResult parsed, bool insecureDevelopment)
    {
        if (parsed.GetValue(_fault) is not { } text)
            return null;
        if (!insecureDevelopment)
            throw new FailureException(ExitCode.Configuration, "fault_refused", "--fault is for development: it needs --insecure-dev.");
        Fault fault = Fault.Parse(text, OperatorOf);
        return _allowed.Any(info => info.Kind == fault.Kind)
            ? new FaultSwitch(fault)
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"--fault: {FaultCatalog.NameOf(fault.Kind)} is none of this service's.");
    }

    /// <summary>The number of an operator: by number, or by name in whatever spelling of case and dashes.</summary>
    public static int? OperatorOf(string text) =>
        Enum.TryParse(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out DisputeOperator kind) && Enum.IsDefined(kind) && kind != DisputeOperator.None
            ? int.Parse(kind.ToString("D"), CultureInfo.InvariantCulture)
            : null;
}
