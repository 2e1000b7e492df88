using Microsoft.Extensions.Hosting;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Posting;

/// <summary>Refuses to start on the wrong chain. A chain that is away does not keep the sequencer from starting: the loops ask again.</summary>
internal sealed class ChainGuard(ChainConnection chain, Readiness readiness) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcTransportException or JsonRpcException or MalformedDataException)
        {
            readiness.Block("chain", fault.Message);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
