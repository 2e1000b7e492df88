using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using TeeTee.Attestation.Tls;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.ShardNode.Security;

/// <summary>One TLS connection to this shard and who made it; a feature of its requests. Ended when the caller's proof no longer holds.</summary>
internal sealed class LinkConnection(ConnectionContext connection, LinkSecurity security, ShardMetrics metrics)
{
    private volatile byte[]? _certificate;
    private volatile LinkVerdict? _verdict;

    /// <summary>Who made it; null while the handshake runs.</summary>
    public LinkCaller? Caller => _verdict?.Caller;

    /// <summary>The verdict of the TLS handshake. Never blocks.</summary>
    public bool Admit(X509Certificate? certificate)
    {
        LinkVerdict verdict = security.Verifier.Check(certificate);
        if (security.FindRefusal(verdict) is { } refusal)
        {
            metrics.PeerRefused(refusal.Stage);
            ShardLog.PeerRefused(security.Logger, connection.RemoteEndPoint, refusal);
            return false;
        }
        (_verdict, _certificate) = (verdict, certificate!.GetRawCertData());
        return true;
    }

    /// <summary>Judges the caller's certificate again and ends the connection, with all its calls, where it does not hold.</summary>
    public void Review()
    {
        if (_certificate is not { } certificate || security.Verifier.Review(certificate, _verdict!).Error is not { } fault)
            return;
        _certificate = null;
        metrics.PeerRefused(fault.Stage);
        ShardLog.ConnectionEnded(security.Logger, $"{Caller}", fault);
        connection.Abort(new ConnectionAbortedException($"The caller's certificate no longer holds: {fault}"));
    }
}
