using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary>What a client of a sequencer or chain can meet, as failures with the exit codes of the table.</summary>
internal static class ClientFailures
{
    /// <summary>Runs work under the mapping.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (JobApiException fault)
        {
            throw new FailureException(fault.Status is null && fault.Code == "unreachable" ? ExitCode.Unreachable : ExitCode.Refused, fault.Code, fault.Message, fault);
        }
        catch (AnswerFaultException fault)
        {
            throw new FailureException(ExitCode.VerificationFailed, "answer_not_verified", fault.Message, fault);
        }
        catch (RpcTransportException fault)
        {
            throw new FailureException(ExitCode.Unreachable, "chain_unreachable", fault.Message, fault);
        }
    }
}
