using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Hosting.Failures;

namespace TeeTee.Hosting;

/// <summary>Builds and runs a service the same way everywhere: loopback by default, logs on standard error, bounded shutdown.</summary>
public static class ServiceHost
{
    /// <summary>A web application builder without sources that the service did not ask for.</summary>
    /// <param name="listen">Where to listen; port 0 takes a free one.</param>
    /// <param name="exitWithParent">True to stop when standard input ends (see <see cref="ParentWatch"/>).</param>
    /// <param name="configureListener">Protocols and limits of the listener.</param>
    public static WebApplicationBuilder CreateBuilder(IPEndPoint listen, bool exitWithParent, Action<ListenOptions>? configureListener = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen, options => configureListener?.Invoke(options));
        });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddRoutingCore().AddSingleton(TimeProvider.System).AddServiceEndpoints();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        if (exitWithParent)
            builder.Services.AddHostedService<ParentWatch>();
        return builder;
    }

    /// <summary>Starts the application and returns the address it listens on.</summary>
    /// <exception cref="FailureException"><c>port_in_use</c> when the address is taken, <c>cannot_listen</c> when it is not this machine's or not allowed,
    /// <c>stopped_while_starting</c> when the parent ended or a signal came first.</exception>
    public static async Task<Uri> StartAsync(WebApplication application, CancellationToken cancellationToken)
    {
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException or SocketException)
        {
            throw new FailureException(ExitCode.Configuration, "port_in_use",
                $"{fault.Message} Choose another with --listen, or stop the program that holds it.", fault);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested && application.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new FailureException(ExitCode.Interrupted, "stopped_while_starting", "The service was told to stop before it was ready.", fault);
        }
        catch (SocketException fault)
        {
            throw new FailureException(ExitCode.Configuration, "cannot_listen", $"The address given with --listen cannot be used: {fault.Message}.", fault);
        }
        IServerAddressesFeature addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new Uri(addresses.Addresses.First());
    }
}
