using System.Collections.Frozen;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Sessions;

/// <summary>The sessions behind a gateway's API keys.</summary>
public sealed class ApiKeyRing : IDisposable
{
    private readonly FrozenDictionary<Bytes32, GatewaySession> _sessions;
    private readonly GatewaySession? _everyone;

    /// <param name="sessions">With different key hashes.</param>
    public ApiKeyRing(IEnumerable<GatewaySession> sessions) => _sessions = sessions.ToFrozenDictionary(session => session.KeyHash);

    private ApiKeyRing(GatewaySession everyone)
        : this([everyone]) => _everyone = everyone;

    /// <summary>A ring in which every caller is the same user: for a gateway that only its own machine can reach.</summary>
    public static ApiKeyRing ForOneUser(JobSigner signer) => new(new GatewaySession("local", Bytes32.Zero, signer));

    /// <summary>The session of an API key, or null. Keys are compared by hash, which tells a caller's timing nothing about them.</summary>
    public GatewaySession? Find(string? apiKey) =>
        _everyone ?? (apiKey is null ? null : _sessions.GetValueOrDefault(ApiKey.Hash(apiKey)));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GatewaySession session in _sessions.Values)
            session.Signer.Dispose();
    }
}
