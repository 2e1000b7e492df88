using Microsoft.Extensions.Hosting;

namespace TeeTee.Hosting;

/// <summary>Stops a service when the process that started it has gone: standard input is a pipe whose other end dies with the parent.</summary>
/// <remarks>Survives even SIGKILL of the parent, because the kernel closes the pipe. Used by <c>teetee dev</c> for the services it starts.</remarks>
public sealed class ParentWatch(IHostApplicationLifetime lifetime) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[256];
        while (await input.ReadAsync(buffer, stoppingToken).ConfigureAwait(false) > 0)
        {
            // The parent never writes; anything read is ignored and only the end of the stream counts.
        }
        lifetime.StopApplication();
    }
}
