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
        try
        {
            await ReadToEndAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        catch (IOException)
        {
            // A standard input that cannot be read has nobody at its other end.
        }
        lifetime.StopApplication();
    }

    private static async Task ReadToEndAsync(CancellationToken stoppingToken)
    {
        Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[256];
        // A read of standard input cannot be cancelled; without WaitAsync it would hold every shutdown up until the host's patience ends.
        while (await input.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(stoppingToken).ConfigureAwait(false) > 0)
        {
            // The parent never writes; anything read is ignored and only the end of the stream counts.
        }
    }
}
