using System.Net;
using System.Net.Sockets;

namespace TeeTee.Cli.Devnet;

/// <summary>Chooses the ports of a network: a fixed plan from the sequencer's port, or free ones.</summary>
internal sealed class FreePorts
{
    // Linux gives outgoing connections ports from here on: one of them may sit on the port of a service that is about to restart.
    private const int FirstEphemeral = 32_768;
    private const int LowestFree = 10_240;

    private readonly HashSet<int> _taken = [];
    private readonly bool _anyFree;
    private int _next;

    public FreePorts(int first)
    {
        _anyFree = first == 0;
        _next = first;
    }

    /// <summary>The next port: consecutive from the first, or any free one below the ephemeral range if the first was 0.</summary>
    public int Next()
    {
        if (!_anyFree)
            return _next++;
        while (true)
        {
            int port = Random.Shared.Next(LowestFree, FirstEphemeral);
            if (_taken.Add(port) && IsFree(port))
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
