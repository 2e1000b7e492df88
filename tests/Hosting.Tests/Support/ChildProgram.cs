using System.Globalization;
using System.Net;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Storage;

namespace TeeTee.Hosting.Tests;

/// <summary>What the tests start as a process of its own, to stop or kill it.</summary>
internal static class ChildProgram
{
    public const string Migration = "CREATE TABLE numbers (number INTEGER PRIMARY KEY);";

    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["serve"]:
                await ServeAsync();
                return 0;
            case ["serve", string port]:
                return await FailAsync(Create(int.Parse(port, CultureInfo.InvariantCulture)).Build());
            case ["serve-slowly"]:
                WebApplicationBuilder slow = Create(port: 0);
                slow.Services.AddHostedService<SlowStart>();
                return await FailAsync(slow.Build());
            case ["hold", string folder]:
                Hold(folder);
                return 0;
            case ["count", string path]:
                Count(path);
                return 0;
            default:
                return 2;
        }
    }

    // A service that stops with its parent; its address is its first line, "stopped" its last.
    private static async Task ServeAsync()
    {
        await using WebApplication application = Create(port: 0).Build();
        application.MapServiceEndpoints();
        Console.WriteLine(await ServiceHost.StartAsync(application, CancellationToken.None));
        await application.WaitForShutdownAsync();
        Console.WriteLine("stopped");
    }

    private static WebApplicationBuilder Create(int port) => ServiceHost.CreateBuilder(new IPEndPoint(IPAddress.Loopback, port), exitWithParent: true);

    // A service that cannot start: its failure's code is its only line of output, what was logged stands on standard error.
    private static async Task<int> FailAsync(WebApplication unstartable)
    {
        await using WebApplication application = unstartable;
        try
        {
            await ServiceHost.StartAsync(application, CancellationToken.None);
            return 0;
        }
        catch (FailureException failure)
        {
            Console.WriteLine(failure.Code);
            return (int)failure.ExitCode;
        }
    }

    // Takes a folder and keeps it until it is killed.
    private static void Hold(string folder)
    {
        using FolderLock held = FolderLock.Take(folder);
        Console.WriteLine("held");
        Console.ReadLine();
    }

    // Commits one number after the other and prints each once it is committed, until it is killed.
    private static void Count(string path)
    {
        SqliteDatabase database = SqliteDatabase.Open(path, [Migration]);
        for (int number = 1; ; number++)
        {
            database.InTransaction((connection, transaction) => connection.Execute("INSERT INTO numbers VALUES (@number);", new { number }, transaction));
            Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    // Asks something that does not answer, as a service does whose chain endpoint hangs.
    private sealed class SlowStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
