using System.Net;
using System.Net.Sockets;

namespace TeeTee.Cli.Devnet;

/// <summary>Chooses the ports of a network: a fixed plan from the sequencer's port, or free ones.</summary>
internal sealed class FreePorts
{
    private readonly HashSet<int> _taken = [];
    private readonly bool _anyFree;
    private int _next;

    public FreePorts(int first)
    {
        _anyFree = first == 0;
        _next = first;
    }

    /// <summary>The next port: consecutive from the first, or any free one if the first was 0.</summary>
    public int Next()
    {
        if (!_anyFree)
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
