using System.Net;
using System.Net.Sockets;

namespace TeeTee.Cli.Devnet;

/// <summary>Chooses the ports of a network: a fixed plan from the sequencer's port, or free ones.</summary>
internal sealed class FreePorts(int first)
{
    private readonly HashSet<int> _taken = [];
    private int _next = first;

    /// <summary>The next port: consecutive from the first, or any free one if the first was 0.</summary>
    public int Next()
    {
        if (first != 0)
            return _next++;
        while (true)
        {
            using TcpListener probe = new(IPAddress.Loopback, 0);
            probe.Start();
            int port = ((IPEndPoint)probe.LocalEndpoint).Port;
            if (_taken.Add(port))
                return port;
        }
    }

    /// <summary>Whether nobody listens on a loopback port.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using TcpListener probe = new(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
