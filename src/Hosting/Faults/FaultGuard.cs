using TeeTee.Hosting.Failures;

namespace TeeTee.Hosting.Faults;

/// <summary>
/// Decides whether a service may be told to cheat: never unless everything about it says that it is for development. A service with faults in its
/// options does not start otherwise, whoever made the options.
/// </summary>
public static class FaultGuard
{
    /// <summary>Chains with value, where no option of development is ever allowed.</summary>
    public static bool IsProductionChain(ulong chainId) => chainId is 1 or 8453;

    /// <summary>Refuses faults outside of development networks.</summary>
    /// <param name="switchedOn">The service's faults; null, as always in production, passes.</param>
    /// <param name="insecureDevelopment">Whether the service was started for development (<c>--insecure-dev</c>: simulated TEEs allowed).</param>
    /// <param name="hardwareTee">Whether its quotes come from hardware.</param>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="developmentContract">Whether the deployment's contract says of itself that its parameters are a development network's.</param>
    /// <exception cref="FailureException"><c>fault_refused</c>.</exception>
    public static void Require(FaultSwitch? switchedOn, bool insecureDevelopment, bool hardwareTee, ulong chainId, bool developmentContract)
    {
        if (switchedOn is null)
            return;
        string? cause = !insecureDevelopment ? "faults need --insecure-dev"
            : hardwareTee ? "a machine with a real TEE commits no faults"
            : IsProductionChain(chainId) ? $"chain {chainId} has value"
            : !developmentContract ? "the deployment's contract has production parameters"
            : null;
        if (cause is not null)
            throw new FailureException(ExitCode.Configuration, "fault_refused", $"Fault injection is refused: {cause}.");
    }
}
