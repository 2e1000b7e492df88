using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TeeTee.Hosting.Tests;

public sealed class ParentWatchTests
{
    [Fact]
    public async Task Service_StandardInputEnds_StopsInOrder()
    {
        using Child child = Child.Start("serve");
        Assert.Equal(HttpStatusCode.OK, await LiveAsync(child));

        child.CloseInput();

        Assert.Equal("stopped", await child.ReadLineAsync());
        Assert.Equal(0, await child.WaitAsync());
    }

    [Fact]
    public async Task Service_TerminatedWhileParentLives_DoesNotWaitForStandardInput()
    {
        using Child child = Child.Start("serve");
        Assert.Equal(HttpStatusCode.OK, await LiveAsync(child));
        long asked = Stopwatch.GetTimestamp();

        child.Terminate();

        Assert.Equal("stopped", await child.ReadLineAsync());
        Assert.Equal(0, await child.WaitAsync());
        // The host's own patience is 15 s: a stop that takes so long was not in order but given up on.
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task Service_PortTaken_FailsWithoutAFaultOfTheWatch()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        using Child child = Child.Start("serve", ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal("port_in_use", await child.ReadLineAsync());
        Assert.Equal(3, await child.WaitAsync());
        Assert.DoesNotContain("ParentWatch", await child.ErrorsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ParentEndsWhileItStarts_IsStoppedAndNotBroken()
    {
        using Child child = Child.Start("serve-slowly");

        child.CloseInput();

        Assert.Equal("stopped_while_starting", await child.ReadLineAsync());
        Assert.Equal(130, await child.WaitAsync());
    }

    private static async Task<HttpStatusCode> LiveAsync(Child child)
    {
        using HttpClient http = new() { BaseAddress = new Uri((await child.ReadLineAsync())!), Timeout = TimeSpan.FromSeconds(30) };
        using HttpResponseMessage response = await http.GetAsync("livez");
        return response.StatusCode;
    }
}
