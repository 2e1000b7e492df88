using System.Net;
using System.Net.Sockets;
using TeeTee.Cli.Devnet;

namespace TeeTee.Cli.Tests.Devnet;

public sealed class FreePortsTests
{
    [Fact]
    public void Next_FixedStart_CountsUp()
    {
        FreePorts ports = new(8550);

        Assert.Equal([8550, 8551, 8552], Enumerable.Range(0, 3).Select(_ => ports.Next()));
    }

    [Fact]
    public void Next_AnyFree_NeverRepeats()
    {
        FreePorts ports = new(0);

        int[] taken = [.. Enumerable.Range(0, 50).Select(_ => ports.Next())];

        Assert.Equal(50, taken.Distinct().Count());
        // Linux takes the ports of outgoing connections from 32768 on.
        Assert.All(taken, port => Assert.InRange(port, 1_024, 32_767));
    }

    [Fact]
    public void IsFree_WhileListening_IsFalse()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.False(FreePorts.IsFree(port));
        listener.Stop();
        Assert.True(FreePorts.IsFree(port));
    }
}
